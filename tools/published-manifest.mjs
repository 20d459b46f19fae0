// Run by npm before and after it packs a package: what is published must not name the condition under which this repository
// runs from its sources, nor scripts and packages that only the repository has. Plain JavaScript: it runs on any Node that npm runs on.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const manifest = 'package.json';
const original = '.package.json.original';
const sourceCondition = 'tidegate-source';

/** A value without the condition, at any depth; an object that has `default` left alone becomes its value. */
function withoutSources(value) {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== sourceCondition);
  if (entries.length === 1 && entries[0][0] === 'default') return entries[0][1];
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutSources(inner)]));
}

function strip() {
  if (existsSync(original)) {
    process.stderr.write(`${original} is left from a pack that was interrupted. Move it back to ${manifest} first.\n`);
    process.exit(1);
  }
  const text = readFileSync(manifest, 'utf8');
  const { scripts, devDependencies, ...published } = JSON.parse(text);
  for (const member of ['exports', 'imports']) {
    if (published[member] !== undefined) published[member] = withoutSources(published[member]);
  }
  writeFileSync(original, text);
  writeFileSync(manifest, `${JSON.stringify(published, undefined, 2)}\n`);
}

const [step] = process.argv.slice(2);
if (step === 'strip') strip();
else if (step === 'restore') renameSync(original, manifest);
else throw new Error('published-manifest.mjs strip | restore');
