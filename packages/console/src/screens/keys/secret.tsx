import { Button } from '../../components/button.tsx';
import { copyText } from '../../components/copy.ts';
import { Pastes } from '../../components/pastes.tsx';
import { useSession } from '../../frame/session-context.ts';

type SecretProps = { readonly id: string; readonly secret: string; readonly onClose: () => void };

/** A key and its secret, this once, in the lines that programs take. */
export function Secret({ id, secret, onClose }: SecretProps) {
  const { session } = useSession();
  return (
    <div className="flex flex-col gap-4 overflow-y-auto p-4">
      <p>The secret is shown only once. Store it safely.</p>
      <Line label="Access key" text={id} />
      <Line label="Secret" text={secret} />
      <Pastes texts={linesOf(id, secret, session.endpoint)} what="Lines" />
      <div className="flex justify-end">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}

function Line({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div className="flex items-end gap-2">
      <label className="flex flex-1 flex-col gap-1 font-medium">
        {label}
        <input className="field font-mono text-xs" onFocus={({ target }) => target.select()} readOnly value={text} />
      </label>
      <Button aria-label={`Copy ${label.toLowerCase()}`} icon="copy" onClick={() => copyText(text, label)} />
    </div>
  );
}

function linesOf(id: string, secret: string, endpoint: string): readonly (readonly [name: string, text: string])[] {
  return [
    [
      'aws cli',
      `aws configure set aws_access_key_id ${id} --profile tidegate\naws configure set aws_secret_access_key ${secret} --profile tidegate\naws configure set endpoint_url ${endpoint} --profile tidegate`,
    ],
    [
      'boto3',
      `s3 = boto3.client("s3", endpoint_url="${endpoint}",\n                  aws_access_key_id="${id}",\n                  aws_secret_access_key="${secret}")`,
    ],
    [
      'JavaScript',
      `const s3 = new S3Client({\n  endpoint: '${endpoint}',\n  region: 'us-east-1',\n  forcePathStyle: true,\n  credentials: {\n    accessKeyId: '${id}',\n    secretAccessKey: '${secret}',\n  },\n});`,
    ],
    [
      '.env',
      `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\nAWS_ENDPOINT_URL_S3=${endpoint}\nAWS_REGION=us-east-1`,
    ],
    [
      'rclone',
      `[tidegate]\ntype = s3\nprovider = Other\naccess_key_id = ${id}\nsecret_access_key = ${secret}\nendpoint = ${endpoint}`,
    ],
  ];
}
