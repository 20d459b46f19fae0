/* Who may import and call what, as data. `layers.ts` reads every source by these tables; ARCHITECTURE.md explains them. */

/** What one package may import by name. A file of its own list may use Node's built-in modules; `'all'`: every file. */
export type PackageRow = {
  readonly packages: readonly string[];
  readonly nodeFiles: 'all' | readonly RegExp[];
};

/** Between packages. A package that is not named here may not exist. */
export const packageRows: Readonly<Record<string, PackageRow>> = {
  presign: { packages: [], nodeFiles: [/^src\/node\.ts$/, /^src\/hash\/hash-node\.ts$/] },
  protocol: {
    packages: ['@tidegate/presign', '@tidegate/presign/internal', 'saxes', '@node-rs/crc32'],
    nodeFiles: 'all',
  },
  upload: { packages: ['@tidegate/presign', '@tidegate/presign/internal', 'react'], nodeFiles: [] },
  server: {
    packages: [
      ...[
        '@tidegate/presign',
        '@tidegate/presign/internal',
        '@tidegate/protocol',
        '@tidegate/protocol/nearest',
        'ipaddr.js',
        'pino',
        'smol-toml',
        'zod',
        // Only in the scripts of pages, which are bundled.
        '@tidegate/upload/internal',
      ],
      // Where its files lie; it has no code for others.
      '@tidegate/console/package.json',
    ],
    nodeFiles: 'all',
  },
  console: {
    packages: [
      ...[
        '@tidegate/presign',
        '@tidegate/presign/admin',
        '@tidegate/presign/internal',
        '@tidegate/upload/internal',
        'preact',
        'react',
        'wouter',
      ],
      ...['qrcode-generator', 'uplot'],
      // The build alone.
      ...['vite', '@tailwindcss/vite'],
    ],
    nodeFiles: [/^vite\.config\.ts$/],
  },
  cli: {
    packages: [
      '@tidegate/presign',
      '@tidegate/presign/admin',
      '@tidegate/presign/internal',
      '@tidegate/presign/node',
      '@tidegate/presign/sign',
      '@tidegate/protocol',
      '@tidegate/protocol/nearest',
      '@tidegate/server',
      'qrcode-generator',
    ],
    nodeFiles: 'all',
  },
};

/** A room of the server: the files it is made of (paths under src), and the rooms it may import from besides itself. */
export type Room = {
  readonly files: readonly RegExp[];
  readonly mayImport: 'everything' | readonly string[];
  /** Rooms from which types alone may come. */
  readonly mayImportTypes?: readonly string[];
  /** Workspace packages it may import; all that the server may where the row says nothing. */
  readonly packages?: readonly string[];
};

const presignAndProtocol = [
  '@tidegate/presign',
  '@tidegate/presign/internal',
  '@tidegate/protocol',
  '@tidegate/protocol/nearest',
];

/** Inside the server. The first room whose pattern fits owns the file; a file that fits none is a violation. */
export const rooms: Readonly<Record<string, Room>> = {
  index: { files: [/^index\.ts$/], mayImport: 'everything' },
  boot: { files: [/^main\.ts$/, /^boot\//], mayImport: 'everything' },
  operation: {
    files: [/^s3\/(?:operation(?:-[\w-]+)?|common-headers|route|read-input)\.ts$/],
    mayImport: ['contracts'],
    mayImportTypes: ['world', 'http'],
    packages: ['@tidegate/protocol'],
  },
  // Whether a missing key may be named, and whether an ACL may open an object, is policy's, and only the handler gets to ask.
  operations: {
    files: [/^s3\/(?:operations|input)\//],
    mayImport: ['operation', 'objects', 'policy', 'contracts'],
    packages: ['@tidegate/protocol'],
  },
  http: { files: [/^http\//], mayImport: [], mayImportTypes: ['world'], packages: ['@tidegate/protocol'] },
  admin: {
    files: [/^admin\//],
    mayImport: ['auth', 'events', 'outbound', 'links', 'contracts', 'policy', 'settings', 'observe'],
    mayImportTypes: ['world', 'http', 's3', 'operation'],
    packages: presignAndProtocol,
  },
  // Who is signed in at the console, its files, and the requests of its pages.
  console: {
    files: [/^console\//],
    mayImport: ['admin', 'auth', 'policy', 'contracts'],
    mayImportTypes: ['world', 'http'],
    packages: [],
  },
  // What runs in pages: bundled into `#page-scripts`.
  browser: { files: [/^pages\/browser\//], mayImport: [], packages: ['@tidegate/upload/internal'] },
  pages: { files: [/^pages\//], mayImport: ['browser', 'contracts'], mayImportTypes: ['world'] },
  // One URL for a whole upload: what tus and the drafts of the IETF ask, over the parts of the store.
  resumable: {
    files: [/^links\/resumable\//],
    mayImport: ['contracts', 'links'],
    mayImportTypes: ['world'],
    packages: presignAndProtocol,
  },
  links: {
    files: [/^links\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: presignAndProtocol,
  },
  objects: {
    files: [/^s3\/objects\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: presignAndProtocol,
  },
  // The request pipeline and what reads and writes its requests.
  s3: {
    files: [/^s3\//],
    mayImport: ['operation', 'operations', 'auth', 'policy', 'links', 'pages', 'resumable', 'http', 'contracts'],
    mayImportTypes: ['world', 'sts'],
    packages: presignAndProtocol,
  },
  shares: {
    files: [/^shares\//],
    mayImport: ['s3', 'operation', 'auth', 'policy', 'links', 'pages', 'resumable', 'http', 'contracts'],
    mayImportTypes: ['world'],
    packages: presignAndProtocol,
  },
  // What it judges is typed by those who hand it over: a caller, an operation's declaration.
  policy: {
    files: [/^policy\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world', 'auth', 'operation'],
    packages: presignAndProtocol,
  },
  auth: { files: [/^auth\//], mayImport: ['contracts'], mayImportTypes: ['world'], packages: presignAndProtocol },
  // Processes of the server: it starts none but itself (SEC-1008).
  workers: { files: [/^workers\//], mayImport: [], mayImportTypes: ['world'], packages: [] },
  sts: {
    files: [/^sts\//],
    mayImport: ['auth', 'links', 'contracts', 'policy'],
    mayImportTypes: ['world', 'http', 's3'],
    packages: presignAndProtocol,
  },
  background: {
    files: [/^background\//],
    mayImport: ['events', 'links', 'objects', 'contracts', 'observe'],
    mayImportTypes: ['world', 'outbound'],
    packages: presignAndProtocol,
  },
  // What happens, as it is told: to those who listen, and in the words of a message.
  events: { files: [/^events\//], mayImport: ['contracts'], mayImportTypes: ['world'], packages: [] },
  // The way out, to addresses that were looked at (SEC-601).
  outbound: { files: [/^outbound\//], mayImport: [], mayImportTypes: ['world'], packages: ['ipaddr.js'] },
  memory: {
    files: [/^stores\/memory\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: ['@tidegate/protocol'],
  },
  sqlite: {
    files: [/^stores\/sqlite\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    // The library reads back the limits that a row keeps.
    packages: ['@tidegate/protocol', '@tidegate/presign/internal'],
  },
  postgres: {
    files: [/^stores\/postgres\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: ['@tidegate/protocol'],
  },
  files: {
    files: [/^stores\/files\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: ['@tidegate/protocol'],
  },
  upstream: {
    files: [/^stores\/upstream\//],
    mayImport: ['contracts'],
    mayImportTypes: ['world'],
    packages: presignAndProtocol,
  },
  // The embedded store is made of two engines, metadata in SQLite and bodies in files: the one room that knows both.
  local: {
    files: [/^stores\/local\//],
    mayImport: ['contracts', 'sqlite', 'files'],
    mayImportTypes: ['world'],
    packages: ['@tidegate/protocol'],
  },
  // The suites and their model are next to the contracts; only tests import them.
  suites: { files: [/^stores\/contract\//], mayImport: ['contracts', 'memory'], mayImportTypes: ['world'] },
  contracts: { files: [/^stores\//], mayImport: [], mayImportTypes: ['world'], packages: presignAndProtocol },
  settings: { files: [/^settings\//], mayImport: [], packages: ['@tidegate/protocol/nearest'] },
  world: { files: [/^world\//], mayImport: [], packages: [] },
  observe: {
    files: [/^observe\//],
    mayImport: [],
    mayImportTypes: ['http'],
    packages: ['@tidegate/presign', '@tidegate/presign/internal'],
  },
};

/** Rooms that only the named ones may import. */
export const closedRooms: Readonly<Record<string, readonly string[]>> = { boot: ['index'], index: [], suites: [] };

/** Modules that belong to few rooms of the server. */
export type OwnedModule = {
  readonly rule: string;
  readonly modules: readonly RegExp[];
  readonly owners: readonly string[];
};

export const ownedModules: readonly OwnedModule[] = [
  {
    rule: 'owned-network',
    modules: [/^node:(https?|http2|net|tls|dgram|dns)(\/|$)/],
    owners: ['http', 'upstream', 'world', 'boot'],
  },
  { rule: 'owned-files', modules: [/^node:fs(\/|$)/], owners: ['world', 'files', 'settings', 'boot'] },
  { rule: 'owned-sqlite', modules: [/^node:sqlite$/], owners: ['sqlite'] },
  { rule: 'owned-postgres', modules: [/^pg$/], owners: ['postgres'] },
  { rule: 'owned-log', modules: [/^pino$/], owners: ['observe'] },
  {
    rule: 'owned-time',
    modules: [/^node:(timers|perf_hooks|process)(\/|$)/],
    owners: ['world', 'boot'],
  },
  // SEC-1008: the server starts no program but further processes of itself, and evaluates no text.
  { rule: 'no-programs', modules: [/^node:child_process$/], owners: ['workers'] },
  { rule: 'no-evaluation', modules: [/^node:(vm|repl|cluster|inspector)(\/|$)/], owners: [] },
];

/** A call that makes code depend on the machine instead of on its arguments. */
export type ForbiddenCall = {
  readonly rule: string;
  readonly pattern: RegExp;
  /** Rooms of the server where it is the point. */
  readonly rooms: readonly string[];
  /** The other packages it is forbidden in, with the files that may. Tests may everywhere. */
  readonly packages: Readonly<Record<string, readonly RegExp[]>>;
};

const world = ['world', 'boot'];
/** A browser has a clock and timers of its own. */
const worldOrBrowser = [...world, 'browser'];
const presignNode = [/^src\/node\.ts$/, /^src\/sign\/env\.ts$/];

export const forbiddenCalls: readonly ForbiddenCall[] = [
  { rule: 'clock', pattern: /\bDate\s*\.\s*now\b/g, rooms: worldOrBrowser, packages: { protocol: [] } },
  {
    rule: 'clock-date',
    pattern: /\b(?:new\s+)?Date\s*\(\s*\)|\bnew\s+Date\s*(?![\s(\w])/g,
    rooms: world,
    packages: { protocol: [] },
  },
  {
    rule: 'clock-monotonic',
    pattern: /\bperformance\s*\.\s*now\b|\bhrtime\b/g,
    rooms: worldOrBrowser,
    packages: { presign: [], protocol: [] },
  },
  {
    rule: 'random',
    pattern: /\bMath\s*\.\s*random\b/g,
    rooms: world,
    packages: { presign: [], protocol: [] },
  },
  {
    rule: 'random-bytes',
    pattern: /\brandom(?:Bytes|UUID|UUIDv7|Int|Fill|FillSync)\b|\bgetRandomValues\b/g,
    // A page runs in a browser, whose random source is its own.
    rooms: [...world, 'browser'],
    packages: { protocol: [] },
  },
  {
    rule: 'environment',
    pattern: /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[|\}\s*=\s*(?:globalThis\s*\.\s*)?process\b/g,
    rooms: world,
    packages: { presign: presignNode, protocol: [] },
  },
  {
    rule: 'exit',
    pattern: /\bprocess\s*\.\s*(?:exit|abort|kill|reallyExit)\b/g,
    rooms: world,
    packages: { presign: [], protocol: [] },
  },
  { rule: 'console', pattern: /\bconsole\s*\./g, rooms: world, packages: { presign: [], protocol: [] } },
  {
    rule: 'timer',
    pattern: /(?<![.\w])set(?:Timeout|Interval)\b|\bglobalThis\s*\.\s*set(?:Timeout|Interval)\b/g,
    rooms: worldOrBrowser,
    // The client waits before it opens a stream again.
    packages: { presign: [/^src\/admin\/pause\.ts$/], protocol: [] },
  },
  // SEC-1008.
  {
    rule: 'evaluation',
    pattern: /\beval\s*\(|\bnew\s+Function\b/g,
    rooms: [],
    packages: { presign: [], protocol: [], cli: [] },
  },
  // It passes by the rules on owned modules.
  {
    rule: 'builtin-by-name',
    pattern: /\bgetBuiltinModule\b/g,
    rooms: ['http', ...world],
    packages: { presign: [], protocol: [] },
  },
  {
    rule: 'computed-import',
    pattern: /\bimport\s*\(\s*(?!['"`])/g,
    rooms: [],
    packages: { presign: [], protocol: [] },
  },
];
