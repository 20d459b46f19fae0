import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { Icon } from '../../components/icon.tsx';
import { useAsk } from '../../data/hooks.ts';
import { useSession } from '../../frame/session-context.ts';

/** Nothing was handed out yet: three steps to the first link, ticked off as they happen. */
export function FirstRun() {
  const { session } = useSession();
  const [, setParams] = useSearchParams();
  const buckets = useAsk('listBuckets', { limit: 10 }, { everyMs: 5_000 });
  const bucket = buckets.data?.items.find(({ name }) => name !== 'welcome')?.name ?? 'files';
  const hasBucket = buckets.data?.items.some(({ name }) => name !== 'welcome') === true;
  const usage = useAsk('readBucketUsage', { id: bucket }, { enabled: hasBucket, everyMs: 5_000 });
  const hasFile = (usage.data?.objects ?? 0) > 0;
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(new URL(session.endpoint).hostname);
  return (
    <section aria-label="First steps" className="card max-w-180">
      {isHere && (
        <p className="flex items-center gap-2 border-b border-line px-5 py-3 text-warn">
          <Icon name="warn" /> Links work on this machine only. Set a public endpoint.
        </p>
      )}
      <Step isDone={hasFile} number={1} title="Put a file in">
        <Command
          label="aws cli"
          text={
            hasBucket ? `aws s3 cp hello.txt s3://${bucket}/` : 'aws s3 mb s3://files\naws s3 cp hello.txt s3://files/'
          }
        />
      </Step>
      <Step isDone={false} number={2} title="Make a link">
        <Command label="aws cli" text={`aws s3 presign s3://${bucket}/hello.txt`} />
        <Command
          label="boto3"
          text={`s3 = boto3.client('s3')\ns3.generate_presigned_url('get_object',\n    Params={'Bucket': '${bucket}', 'Key': 'hello.txt'})`}
        />
        <div>
          <Button
            icon="plus"
            onClick={() =>
              setParams((now) => {
                const next = new URLSearchParams(now);
                next.set('new', 'share');
                return next;
              })
            }
          >
            Make one here
          </Button>
        </div>
      </Step>
      <Step isDone={false} number={3} title="Open it">
        <p className="text-muted">
          Its first use appears here by itself: who, when, and what is left. This is the ledger.
        </p>
      </Step>
    </section>
  );
}

type StepProps = {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
};

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <div className="flex gap-4 border-b border-line px-5 py-4 last:border-0">
      <span
        className={`grid size-6 shrink-0 place-items-center rounded-full border font-semibold ${isDone ? 'border-accent bg-accent text-on-accent' : 'border-line-strong'}`}
      >
        {isDone ? <Icon name="check" size={14} /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2">
        <h2 className="leading-6 font-semibold">
          {title}
          {isDone && <span className="sr-only">, done</span>}
        </h2>
        {children}
      </div>
    </div>
  );
}
