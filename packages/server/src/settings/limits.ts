import { bytes, integer } from './kinds.ts';
import { setting } from './setting.ts';

const kib = 2 ** 10;
const mib = 2 ** 20;
const gib = 2 ** 30;
const tib = 2 ** 40;
const anyMs = integer(1, 86_400_000);

/** Bounds of what the server reads, keeps and waits for (security.md, section I). Names and defaults are those of its table. */
export const limitSettings = {
  maxHeaderBytes: setting({
    toml: 'limits.max_header_bytes',
    kind: bytes(8 * kib, mib),
    default: 64 * kib,
    text: 'Longest request line and headers together; past it 431.',
  }),
  maxHeaderCount: setting({
    toml: 'limits.max_header_count',
    kind: integer(10, 2000),
    default: 200,
    text: 'Most header lines of a request; past it 431.',
  }),
  maxUrlBytes: setting({
    toml: 'limits.max_url_bytes',
    kind: bytes(kib, 512 * kib),
    default: 8192,
    text: 'Longest request target; past it 414.',
  }),
  maxTrailerBytes: setting({
    toml: 'limits.max_trailer_bytes',
    kind: bytes(256, mib),
    default: 4096,
    text: 'Longest trailer block of an aws-chunked body.',
  }),
  maxSinglePutBytes: setting({
    toml: 'limits.max_single_put_bytes',
    kind: bytes(1, 5 * gib),
    default: 5 * gib,
    text: 'Largest body of one PUT or POST upload.',
  }),
  maxObjectBytes: setting({
    toml: 'limits.max_object_bytes',
    kind: bytes(1, 5 * tib),
    default: 5 * tib,
    text: 'Largest object, made of parts.',
  }),
  minPartBytes: setting({
    toml: 'limits.min_part_bytes',
    kind: bytes(1, 5 * gib),
    default: 5 * mib,
    text: 'Smallest part but the last.',
  }),
  maxPartBytes: setting({
    toml: 'limits.max_part_bytes',
    kind: bytes(1, 5 * gib),
    default: 5 * gib,
    text: 'Largest part.',
  }),
  maxXmlBytes: setting({
    toml: 'limits.max_xml_bytes',
    kind: bytes(kib, 64 * mib),
    default: 8 * mib,
    text: 'Longest XML body of DeleteObjects and CompleteMultipartUpload.',
  }),
  maxXmlBytesConfig: setting({
    toml: 'limits.max_xml_bytes_config',
    kind: bytes(kib, 8 * mib),
    default: 256 * kib,
    text: 'Longest of all other XML bodies.',
  }),
  maxJsonBytes: setting({
    toml: 'limits.max_json_bytes',
    kind: bytes(kib, 64 * mib),
    default: mib,
    text: 'Longest JSON body of the admin API; past it 413.',
  }),
  maxJsonDepth: setting({
    toml: 'limits.max_json_depth',
    kind: integer(1, 100),
    default: 20,
    text: 'Deepest nesting of a JSON body.',
  }),
  maxPostFieldBytes: setting({
    toml: 'limits.max_post_field_bytes',
    kind: bytes(kib, mib),
    default: 20 * kib,
    text: 'All form fields of a POST upload before its file, together.',
  }),
  maxPostFields: setting({
    toml: 'limits.max_post_fields',
    kind: integer(1, 1000),
    default: 100,
    text: 'Most form fields of a POST upload.',
  }),
  maxConnections: setting({
    toml: 'limits.max_connections',
    kind: integer(1, 1_000_000),
    default: 4096,
    text: 'Most connections at once, both listeners each; past it 503.',
  }),
  maxConnectionsPerIp: setting({
    toml: 'limits.max_connections_per_ip',
    kind: integer(1, 1_000_000),
    default: 512,
    text: 'Most connections of one address at once (IPv6: of one /64); trusted proxies are exempt.',
  }),
  maxRequestsPerConnection: setting({
    toml: 'limits.max_requests_per_connection',
    kind: integer(1, 1_000_000_000),
    default: 10_000,
    text: 'After so many requests a connection is closed.',
  }),
  maxOpenUploadsPerBucket: setting({
    toml: 'limits.max_open_uploads_per_bucket',
    kind: integer(1, 10_000_000),
    default: 10_000,
    text: 'Most open multipart uploads of one bucket; past it 503.',
  }),
  abortUploadsAfterS: setting({
    toml: 'limits.abort_uploads_after_s',
    kind: integer(60, 315_360_000),
    default: 604_800,
    text: 'Multipart uploads older than this are removed.',
  }),
  headersTimeoutMs: setting({
    toml: 'limits.headers_timeout_ms',
    kind: anyMs,
    default: 20_000,
    text: 'Longest time for the head of a request; past it 408.',
  }),
  requestTimeoutMs: setting({
    toml: 'limits.request_timeout_ms',
    kind: integer(0, 604_800_000),
    default: 0,
    text: 'Longest time for receiving a whole request; 0: off, large uploads are legitimate.',
  }),
  minUploadBytesPerS: setting({
    toml: 'limits.min_upload_bytes_per_s',
    kind: integer(0, 1_000_000_000),
    default: 1024,
    text: 'A body slower than this over the window is cut; 0: off.',
  }),
  uploadWindowS: setting({
    toml: 'limits.upload_window_s',
    kind: integer(1, 3600),
    default: 30,
    text: 'Window of min_upload_bytes_per_s in seconds.',
  }),
  sendStallTimeoutMs: setting({
    toml: 'limits.send_stall_timeout_ms',
    kind: anyMs,
    default: 60_000,
    text: 'A client that takes no byte of an answer for so long is cut.',
  }),
  keepAliveTimeoutMs: setting({
    toml: 'limits.keep_alive_timeout_ms',
    kind: anyMs,
    default: 65_000,
    text: 'An idle connection is closed after this.',
  }),
  connectionsCheckIntervalMs: setting({
    toml: 'limits.connections_check_interval_ms',
    kind: anyMs,
    default: 5000,
    text: 'How often the timeouts of connections are looked at.',
  }),
  shutdownGraceMs: setting({
    toml: 'limits.shutdown_grace_ms',
    kind: integer(0, 3_600_000),
    default: 30_000,
    text: 'How long running requests may finish after SIGTERM.',
  }),
  explainCpuPercent: setting({
    toml: 'limits.explain_cpu_percent',
    kind: integer(0, 100),
    default: 2,
    text: 'Share of the processor for finding out why a signature failed; 0: never (SIG-95).',
  }),
} as const;
