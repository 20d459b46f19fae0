import { Facts } from '../../components/facts.tsx';
import { useAsk } from '../../data/hooks.ts';
import { useSession } from '../../frame/session-context.ts';
import { Section } from './section.tsx';

const parts = [
  ['Preact', 'MIT', 'Jason Miller'],
  ['wouter', 'Unlicense', 'Alexey Taktarov and others'],
  ['regexparam', 'MIT', 'Luke Edwards'],
  ['qrcode-generator', 'MIT', 'Kazuhiko Arase'],
  ['Tailwind CSS', 'MIT', 'Tailwind Labs, Inc.'],
] as const;

/** What this is, and what is in it. */
export function About() {
  const { session } = useSession();
  const { data } = useAsk('readServer', {}, { enabled: session.role === 'owner' });
  return (
    <>
      <Section title="Tidegate">
        <Facts
          isWide
          rows={[
            ...(data === undefined ? [] : [['Version', data.version] as const]),
            ['License', 'Apache License 2.0'],
            ['Telemetry', 'None. Neither the server nor the console contacts anyone.'],
            [
              'Admin API',
              <a
                className="text-accent underline"
                href="/_/api/openapi.json"
                key="api"
                rel="noreferrer"
                target="_blank"
              >
                OpenAPI document
              </a>,
            ],
            ['Console', `Signed in as ${session.accessKeyId}, account ${session.account.name}`],
          ]}
        />
      </Section>
      <Section note="In the pages of this console" title="Third-party software">
        <ul className="px-4 py-2">
          {parts.map(([name, licence, holder]) => (
            <li className="flex flex-wrap gap-x-3 py-1" key={name}>
              <span className="w-40 font-medium">{name}</span>
              <span className="w-24 text-muted">{licence}</span>
              <span className="text-muted">{licence === 'MIT' ? `© ${holder}` : `by ${holder}`}</span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
