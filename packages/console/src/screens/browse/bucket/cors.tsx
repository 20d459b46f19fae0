import { type FormEvent, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { say, sayFailed } from '../../../components/toast.tsx';
import { formatSpan } from '../../../format.ts';
import { type CorsRule, writeCors } from './write.ts';

type Need = 'read' | 'upload';

/** What the pages of an app have to be allowed. */
function ruleFor(origin: string, needs: ReadonlySet<Need>): CorsRule {
  return {
    id: null,
    origins: [origin],
    methods: [
      ...(needs.has('read') ? ['GET', 'HEAD'] : []),
      // POST: HTML forms, and uploads in parts that an app completes itself.
      ...(needs.has('upload') ? ['PUT', 'POST', 'DELETE'] : []),
    ],
    headers: ['*'],
    exposed: ['ETag', 'x-amz-version-id', 'x-tidegate-reason'],
    maxAge: 600,
  };
}

/** The origin that was meant, or undefined if it is not an origin. */
function originOf(text: string): string | undefined {
  if (text === '*') return text;
  try {
    const { origin, protocol } = new URL(text.includes('://') ? text : `https://${text}`);
    return /^https?:$/.test(protocol) ? origin : undefined;
  } catch {
    return undefined;
  }
}

/** Which pages of others may use the bucket. */
export function Cors({ bucket, rules }: { readonly bucket: string; readonly rules: readonly CorsRule[] }) {
  const [origin, setOrigin] = useState('');
  const [needs, setNeeds] = useState<ReadonlySet<Need>>(new Set(['read', 'upload']));
  const [failure, setFailure] = useState<string>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const meant = originOf(origin.trim());
    if (meant === undefined || needs.size === 0) {
      setFailure(meant === undefined ? 'An address such as https://app.example.com.' : 'Choose what it needs.');
      return;
    }
    try {
      await writeCors(bucket, [...rules, ruleFor(meant, needs)]);
      setOrigin('');
      setFailure(undefined);
      say(`Pages of ${meant} are allowed.`);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'Something went wrong.');
    }
  };
  const toggle = (need: Need): void => {
    const next = new Set(needs);
    if (!next.delete(need)) next.add(need);
    setNeeds(next);
  };
  return (
    <section aria-labelledby="cors" className="flex flex-col gap-4">
      <div>
        <h2 className="text-base font-semibold" id="cors">
          CORS
        </h2>
        <p className="text-muted">
          Browsers allow pages of another site to use this bucket only if a rule lists the site.
        </p>
      </div>
      {rules.length === 0 ? (
        <p className="text-muted">No rules. Only this console and links opened directly work.</p>
      ) : (
        <ul className="rounded-md border border-line">
          {rules.map((rule, at) => (
            <li
              className="flex items-start gap-3 border-b border-line py-2 pr-2 pl-3 last:border-0"
              key={JSON.stringify(rule)}
            >
              <div className="min-w-0 flex-1">
                <p className="font-semibold">{rule.origins.join(', ')}</p>
                <p className="text-xs text-muted">
                  {rule.methods.join(', ')}
                  {rule.headers.length > 0 && ` · sends ${rule.headers.join(', ')}`}
                  {rule.exposed.length > 0 && ` · reads ${rule.exposed.join(', ')}`}
                  {rule.maxAge !== null && ` · kept ${formatSpan(rule.maxAge)}`}
                </p>
              </div>
              <Button
                aria-label={`Remove the rule for ${rule.origins.join(', ')}`}
                icon="trash"
                kind="quiet"
                onClick={() => {
                  const left = rules.filter((_, index) => index !== at);
                  writeCors(bucket, left).then(
                    () =>
                      say('Rule removed.', () => {
                        writeCors(bucket, rules).catch(sayFailed);
                      }),
                    sayFailed,
                  );
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <form className="flex flex-col gap-3 rounded-md bg-sunken p-4" onSubmit={(event) => void submit(event)}>
        <Field
          error={failure}
          label="Origin of your app"
          onChange={({ target }) => setOrigin(target.value)}
          placeholder="https://app.example.com"
          spellCheck={false}
          value={origin}
        />
        <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
          {(
            [
              ['read', 'Reads objects'],
              ['upload', 'Uploads'],
            ] as const
          ).map(([need, text]) => (
            <label className="flex items-center gap-2" key={need}>
              <input checked={needs.has(need)} className="check" onChange={() => toggle(need)} type="checkbox" />
              {text}
            </label>
          ))}
          <Button className="ml-auto" kind="primary" type="submit">
            Add rule
          </Button>
        </div>
      </form>
    </section>
  );
}
