import { consoleSettings } from './console.ts';
import {
  address,
  addressOrOff,
  boolean,
  booleanOr,
  bytes,
  domain,
  endpoint,
  integer,
  type ListenAddress,
  listOf,
  oneOf,
  text,
} from './kinds.ts';
import { lifecycleSettings } from './lifecycle.ts';
import { limitSettings } from './limits.ts';
import { linkSettings } from './links.ts';
import { type Setting, setting } from './setting.ts';
import { shareSettings } from './shares.ts';
import { webhookSettings } from './webhooks.ts';

function later(feature: string): (value: unknown) => string | undefined {
  return (value) => (value === undefined ? undefined : `${feature} is not in this version.`);
}

const defaultListen: ListenAddress = { kind: 'tcp', host: '127.0.0.1', port: 9000 };

const places = {
  data: setting<string>({
    toml: 'data',
    kind: text,
    default: './data',
    text: 'The data folder; on the command line the first argument.',
  }),
  listen: setting<readonly ListenAddress[]>({
    toml: 'listen',
    flag: '--listen',
    kind: listOf(address),
    default: [defaultListen],
    text: 'Where S3 is served: host:port (port 0: any free one), several separated by commas, or unix:/path.',
  }),
  consoleListen: setting<ListenAddress | 'off' | undefined>({
    toml: 'console_listen',
    flag: '--console-listen',
    kind: addressOrOff,
    default: undefined,
    defaultText: "the S3 address's host, its port + 1",
    text: 'Where the console, health and metrics are served apart from S3; off: nowhere.',
  }),
  tlsCert: setting<string | undefined>({
    toml: 'tls.cert',
    flag: '--tls-cert',
    kind: text,
    default: undefined,
    text: 'PEM file with the certificate chain; read again when it changes.',
  }),
  tlsKey: setting<string | undefined>({
    toml: 'tls.key',
    flag: '--tls-key',
    kind: text,
    default: undefined,
    text: 'PEM file with the private key of the certificate.',
  }),
  domains: setting<readonly string[]>({
    toml: 'domains',
    flag: '--domain',
    kind: listOf(domain),
    default: ['localhost'],
    defaultText: 'localhost and the AWS host names',
    text: 'Domains whose left part is a bucket (virtual-host style); repeatable. The AWS host names always count.',
  }),
  publicEndpoint: setting<string | undefined>({
    toml: 'public_endpoint',
    flag: '--public-endpoint',
    kind: endpoint,
    default: undefined,
    defaultText: 'the address above',
    text: 'How people reach the server, for links that it makes itself.',
  }),
  trustProxy: setting<readonly string[]>({
    toml: 'trust_proxy',
    flag: '--trust-proxy',
    kind: listOf(text),
    default: [],
    defaultText: 'none',
    text: 'Addresses or CIDRs of proxies whose X-Forwarded-For, -Host and -Proto are believed; repeatable.',
  }),
  outboundAllow: setting<readonly string[]>({
    toml: 'outbound_allow',
    kind: listOf(text),
    default: [],
    defaultText: 'none',
    text: 'Addresses or CIDRs, private ones too, that webhooks may reach besides public ones; repeatable.',
  }),
  behindTlsProxy: setting<boolean>({
    toml: 'behind_tls_proxy',
    kind: boolean,
    default: false,
    text: 'Silences the warning about listening beyond this machine without TLS.',
  }),
} as const;

const signatures = {
  region: setting<string>({
    toml: 'region',
    flag: '--region',
    kind: text,
    default: 'us-east-1',
    text: 'The region that the server calls its own.',
  }),
  strictRegion: setting<boolean>({
    toml: 'strict_region',
    flag: '--strict-region',
    kind: boolean,
    default: false,
    text: 'Accept only signatures for this region (SIG-42d).',
  }),
  sigv2: setting<'strict' | 'aws' | 'off'>({
    toml: 'sigv2',
    flag: '--sigv2',
    kind: oneOf(['strict', 'aws', 'off']),
    default: 'strict',
    text: 'Signature Version 2: with our bounds, exactly as AWS, or refused.',
  }),
  allowHeadWithGetUrl: setting<boolean>({
    toml: 'allow_head_with_get_url',
    kind: boolean,
    default: false,
    text: 'Answer HEAD on a URL that was signed for GET (SIG-101).',
  }),
  explain: setting<boolean | 'header'>({
    toml: 'explain',
    kind: booleanOr('header'),
    default: true,
    text: 'Reason and Hint in error documents (SIG-97). header: only in x-tidegate-reason and x-tidegate-hint, so that documents are exactly those of Amazon S3. false: not for failed signatures.',
  }),
  htmlErrors: setting<boolean>({
    toml: 'html_errors',
    kind: boolean,
    default: true,
    text: 'A browser that opens a bad link sees a page; programs always get XML.',
  }),
  objectCsp: setting<string>({
    toml: 'object_csp',
    kind: text,
    default: 'auto',
    text: 'Content-Security-Policy of objects of active types: auto (sandbox), off, or a policy (SEC-501).',
  }),
} as const;

const keysAndData = {
  rootAccessKeyId: setting<string | undefined>({
    environment: 'TIDEGATE_ROOT_ACCESS_KEY_ID',
    kind: text,
    default: undefined,
    defaultText: 'made at first start',
    text: 'Id of the first key, of the account root.',
  }),
  rootSecretAccessKey: setting<string | undefined>({
    environment: 'TIDEGATE_ROOT_SECRET_ACCESS_KEY',
    kind: text,
    secret: true,
    default: undefined,
    defaultText: 'made at first start',
    text: 'Secret of the first key.',
  }),
  masterKey: setting<string | undefined>({
    environment: 'TIDEGATE_MASTER_KEY',
    kind: text,
    secret: true,
    default: undefined,
    defaultText: 'a file in the data folder',
    text: 'Key that seals the secrets of access keys: 32 bytes in base64 or hex.',
  }),
  newBuckets: setting<'classic' | '2023'>({
    toml: 'new_buckets',
    kind: oneOf(['classic', '2023']),
    default: 'classic',
    text: 'classic: ACLs and policies may open a new bucket; 2023: ACLs disabled and public access blocked, as on AWS since then.',
  }),
  publicAccess: setting<'allow' | 'block'>({
    toml: 'public_access',
    kind: oneOf(['allow', 'block']),
    default: 'allow',
    text: 'block: nothing on this server is public, whatever ACLs and policies say.',
  }),
  customerKeysOverHttp: setting<'loopback' | 'allow' | 'refuse'>({
    toml: 'sse_c_over_http',
    kind: oneOf(['loopback', 'allow', 'refuse']),
    default: 'loopback',
    text: "Where a customer's encryption key may come without TLS: from this machine itself, from everywhere, or never.",
  }),
  inlineMaxBytes: setting<number>({
    toml: 'inline_max',
    kind: bytes(0, 131_072),
    default: 65_536,
    text: 'Bodies up to this size are kept beside their record.',
  }),
  freeSpaceReserveBytes: setting<number | undefined>({
    toml: 'free_space_reserve_bytes',
    kind: bytes(0, Number.MAX_SAFE_INTEGER),
    default: undefined,
    defaultText: '256 MiB or 1 %',
    text: 'Free space below which uploads are refused, so that deletes still work (REL-14).',
  }),
  durability: setting<'full' | 'process'>({
    toml: 'durability',
    kind: oneOf(['full', 'process']),
    default: 'full',
    text: 'full: what is acknowledged survives power loss (REL-1).',
    notBuilt: (value) => (value === 'process' ? 'durability = "process" is not in this version.' : undefined),
  }),
  allowInsecureFileModes: setting<boolean>({
    toml: 'allow_insecure_file_modes',
    kind: boolean,
    default: false,
    text: 'Start although others may read the configuration or key files (SEC-807).',
  }),
  workers: setting<number>({
    toml: 'workers',
    flag: '--workers',
    kind: integer(1, 256),
    default: 1,
    text: 'Processes that serve S3 at the same port; bounds of connections hold for each of them.',
  }),
  trustClock: setting<boolean>({
    toml: 'trust_clock',
    flag: '--trust-clock',
    kind: boolean,
    default: false,
    text: 'Start with the time of this machine, even if the data folder has seen a later one. For one start, after the clock was wrong.',
  }),
  meta: setting<string | undefined>({
    toml: 'meta',
    flag: '--meta',
    kind: text,
    default: undefined,
    defaultText: 'embedded in the data folder',
    text: 'Where metadata is kept.',
    notBuilt: later('A metadata store outside the data folder'),
  }),
  blobs: setting<string | undefined>({
    toml: 'blobs',
    flag: '--blobs',
    kind: text,
    default: undefined,
    defaultText: 'files in the data folder',
    text: 'Where large bodies are kept.',
    notBuilt: later('A blob store outside the data folder'),
  }),
  upstream: setting<string | undefined>({
    toml: 'upstream',
    flag: '--upstream',
    kind: text,
    default: undefined,
    defaultText: 'none',
    text: 'Another S3 behind this server.',
    notBuilt: later('Gateway mode'),
  }),
} as const;

const observation = {
  logFormat: setting<'auto' | 'text' | 'json'>({
    toml: 'log.format',
    flag: '--log',
    kind: oneOf(['auto', 'text', 'json']),
    default: 'auto',
    defaultText: 'text on a terminal, json else',
    text: 'Form of the log lines on stderr.',
  }),
  logLevel: setting<'debug' | 'info' | 'warn' | 'error'>({
    toml: 'log.level',
    flag: '--log-level',
    kind: oneOf(['debug', 'info', 'warn', 'error']),
    default: 'info',
    text: 'What is logged.',
  }),
  logRequests: setting<boolean>({
    toml: 'log.requests',
    kind: boolean,
    default: true,
    text: 'One line for each request.',
  }),
  metricsEnabled: setting<boolean>({
    toml: 'metrics.enabled',
    kind: boolean,
    default: true,
    text: '/_/metrics on the console address, for an owner or the token.',
  }),
  metricsToken: setting<string | undefined>({
    toml: 'metrics.token',
    kind: text,
    secret: true,
    default: undefined,
    defaultText: 'none: owners alone',
    text: 'Bearer token that may read the metrics.',
  }),
} as const;

/** Every setting of the server by its name in the code. Help, reference and `config` are derived from it. */
export const settings = {
  ...places,
  ...signatures,
  ...keysAndData,
  ...observation,
  ...linkSettings,
  ...lifecycleSettings,
  ...shareSettings,
  ...webhookSettings,
  ...consoleSettings,
  ...limitSettings,
} as const;

/** All settings with their values. */
export type Settings = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer T> ? T : never;
};

export type SettingName = keyof typeof settings;

/** Sections of `tidegate.toml` that the designs name and this version has not: named so in the refusal. */
export const laterTomlKeys: readonly string[] = ['scrub_period_days'];
