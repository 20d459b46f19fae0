import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { say } from '../../../components/toast.tsx';
import { jsonFault } from './json-fault.ts';
import { writePolicy } from './write.ts';

function example(bucket: string): string {
  const statement = {
    Sid: 'ReadByEverybody',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/public/*`,
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The bucket's policy, as text. */
export function Policy({ bucket, policy }: { readonly bucket: string; readonly policy: string | null }) {
  const [text, setText] = useState(() => (policy === null ? '' : pretty(policy)));
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const fault = text.trim() === '' ? undefined : jsonFault(text);
  const message = fault === undefined ? failure : `Line ${fault.line}: ${fault.text}`;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await writePolicy(bucket, text);
      say(text.trim() === '' ? 'Policy removed.' : 'Policy saved.');
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
    }
    setBusy(false);
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
      <div>
        <h2 className="text-base font-semibold" id="policy">
          Policy
        </h2>
        <p className="text-muted">Who else can access this bucket, as an S3 bucket policy.</p>
      </div>
      <textarea
        aria-describedby="policy-fault"
        aria-invalid={message !== undefined}
        aria-labelledby="policy"
        className="field min-h-80 font-mono text-xs"
        onChange={({ target }) => {
          setText(target.value);
          setFailure(undefined);
        }}
        rows={Math.min(40, text.split('\n').length + 1)}
        spellCheck={false}
        value={text}
      />
      <p className="min-h-5 text-danger" id="policy-fault" role="status">
        {message}
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        {text.trim() === '' && (
          <Button className="mr-auto" onClick={() => setText(example(bucket))}>
            Insert an example
          </Button>
        )}
        {policy !== null && text.trim() !== '' && (
          <Button className="mr-auto" kind="quiet" onClick={() => setText('')}>
            Clear
          </Button>
        )}
        <Button
          disabled={isBusy || fault !== undefined || (policy === null && text.trim() === '')}
          kind="primary"
          type="submit"
        >
          Save policy
        </Button>
      </div>
    </form>
  );
}
