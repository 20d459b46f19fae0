/** A lock file of version 3, as far as dependencies go. */
export type Lock = { readonly packages: Readonly<Record<string, LockEntry>> };

type LockEntry = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly link?: boolean;
  readonly resolved?: string;
};

/**
 * Every package of others that runs when a workspace package runs, by name, sorted (SEC-1001). Found as Node finds them: the
 * nearest `node_modules` upwards. Packages of the workspace are walked through and not listed.
 */
export function listRuntimePackages(lock: Lock, workspace: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = [workspace];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const entry = lock.packages[path];
    if (path.includes('node_modules/'))
      found.add(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    for (const name of Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies })) {
      const place = findPackage(lock, path, name);
      if (place !== undefined) waiting.push(place);
    }
  }
  return [...found].sort();
}

function findPackage(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = lock.packages[path];
    if (entry !== undefined) return entry.link === true ? entry.resolved : path;
    if (folder === '') return undefined;
  }
}
