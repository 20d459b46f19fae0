import type { Explanation } from '@tidegate/presign/admin';

type Cause = NonNullable<Explanation['cause']>;

/** What to change, in the language of who signs or of what stands between. */
export type Fix = { readonly title: string; readonly texts: readonly (readonly [name: string, text: string])[] };

/** Lines to paste for a cause; none where words say it all. */
export function fixesOf({ id, change }: Cause, endpoint: string): readonly Fix[] {
  switch (id) {
    case 'host-changed':
    case 'port-changed':
    case 'path-prefix':
      return [signWith(endpoint), passHost];
    case 'addressing-style':
      return [styleOf(endpoint)];
    case 'region-mismatch':
      return [{ title: 'Sign for the right region', texts: regionTexts(change?.got ?? 'us-east-1') }];
    case 'unsigned-header':
    case 'payload-hash':
      return [checksums];
    case 'method-changed':
      return [{ title: `Sign for ${change?.got ?? 'the method'}`, texts: methodTexts(change?.got ?? 'GET') }];
    default:
      return [];
  }
}

function signWith(endpoint: string): Fix {
  return {
    title: 'Sign with the public address',
    texts: [
      [
        'boto3',
        `s3 = boto3.client("s3", endpoint_url="${endpoint}",\n                  config=Config(signature_version="s3v4"))`,
      ],
      ['JavaScript', `const s3 = new S3Client({\n  endpoint: '${endpoint}',\n  forcePathStyle: true,\n});`],
      ['tidegate', `tidegate presign get BUCKET/KEY --public-endpoint ${endpoint}`],
    ],
  };
}

const passHost: Fix = {
  title: 'Or make the proxy forward Host',
  texts: [
    ['nginx', 'proxy_set_header Host $http_host;'],
    ['Caddy', 'reverse_proxy 127.0.0.1:9000 {\n  header_up Host {http.request.hostport}\n}'],
    ['Apache', 'ProxyPreserveHost On'],
  ],
};

function styleOf(endpoint: string): Fix {
  return {
    title: 'Keep the bucket in one place',
    texts: [
      [
        'boto3',
        `s3 = boto3.client("s3", endpoint_url="${endpoint}",\n                  config=Config(s3={"addressing_style": "path"}))`,
      ],
      ['JavaScript', `const s3 = new S3Client({ endpoint: '${endpoint}', forcePathStyle: true });`],
      ['tidegate.toml', `domains = ["${new URL(endpoint).hostname}"]`],
    ],
  };
}

const checksums: Fix = {
  title: 'Leave the SDK’s checksum out',
  texts: [
    ['boto3', 'Config(request_checksum_calculation="when_required")'],
    ['JavaScript', "new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' })"],
  ],
};

function regionTexts(region: string): Fix['texts'] {
  return [
    ['boto3', `s3 = boto3.client("s3", region_name="${region}")`],
    ['JavaScript', `const s3 = new S3Client({ region: '${region}' });`],
  ];
}

function methodTexts(method: string): Fix['texts'] {
  const operation = { GET: 'get_object', PUT: 'put_object', HEAD: 'head_object', DELETE: 'delete_object' }[method];
  return [
    ['boto3', `s3.generate_presigned_url("${operation ?? 'get_object'}", Params={"Bucket": "…", "Key": "…"})`],
    ['tidegate', `tidegate presign ${method.toLowerCase()} BUCKET/KEY`],
  ];
}
