import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Command } from '../../components/command.tsx';
import { Facts } from '../../components/facts.tsx';
import { Icon } from '../../components/icon.tsx';
import { Failure, LoadingRows } from '../../components/states.tsx';
import { useAsk } from '../../data/hooks.ts';
import { s3 } from '../../data/s3.ts';
import { formatBytes, formatCount, formatSpan, plural } from '../../format.ts';
import { useSession } from '../../frame/session-context.ts';
import { Section } from './section.tsx';
import { type ShownSetting, settingOf, sourceWords, useSettings } from './shown-setting.ts';

/** What runs, where it is reached, what it stores, and every setting. */
export function ServerSection() {
  const server = useAsk('readServer', {}, { everyMs: 30_000 });
  const settings = useSettings();
  const { data } = server;
  if (server.isPending) return <LoadingRows rows={6} />;
  if (data === undefined) {
    return <Failure error={server.error} onRetry={() => void server.refetch()} what="Can't load the server status." />;
  }
  const items = settings.data?.items;
  const workers = settingOf(items, 'workers')?.shown;
  return (
    <>
      <Section title="Server">
        <Facts
          isWide
          rows={[
            ['Version', data.version],
            ['Uptime', formatSpan(data.uptime)],
            ...(workers == null || workers === '1' ? [] : [['Processes', `${workers} workers`] as const]),
            ['Region', `${data.region}${data.strictRegion ? ' only' : ''}`],
            ['Domains', data.domains.length === 0 ? 'Buckets in the path' : data.domains.join(', ')],
            [
              'Signature Version 2',
              { strict: 'Accepted, for at most 7 days', aws: 'Accepted, as on AWS', off: 'Refused' }[data.sigv2],
            ],
            ['Durability', data.durability === 'full' ? 'Survives power loss' : 'Survives a process crash'],
            ...(settingOf(items, 'data') === undefined
              ? []
              : [['Data folder', settingOf(items, 'data')?.shown] as const]),
            ...(data.stored === null
              ? []
              : [
                  [
                    'Stored',
                    `${formatBytes(data.stored.storedBytes)} in ${plural(data.stored.objects, 'object')}, ${plural(data.stored.buckets, 'bucket')}`,
                  ] as const,
                ]),
          ]}
        />
      </Section>
      <Reached setting={settingOf(items, 'public_endpoint')} />
      {settings.isError ? (
        <Section title="Every setting">
          <Failure error={settings.error} onRetry={() => void settings.refetch()} what="Can't load settings." />
        </Section>
      ) : (
        <Everything items={items ?? []} />
      )}
    </>
  );
}

type Tried = { readonly isWell: boolean; readonly text: string };

function Reached({ setting }: { readonly setting: ShownSetting | undefined }) {
  const { session } = useSession();
  const [tried, setTried] = useState<Tried>();
  const [isBusy, setBusy] = useState(false);
  const { host, hostname, protocol } = new URL(session.endpoint);
  const isHere = /^(?:localhost|127\.|\[::1\])/.test(hostname);
  const isSet = setting?.shown != null;
  const test = async (): Promise<void> => {
    setBusy(true);
    const startedMs = performance.now();
    try {
      await s3({ method: 'GET' });
      setTried({ isWell: true, text: `Responded to this browser in ${Math.round(performance.now() - startedMs)} ms.` });
    } catch (error) {
      setTried({ isWell: false, text: error instanceof Error ? error.message : 'Something went wrong.' });
    }
    setBusy(false);
  };
  return (
    <Section
      actions={
        <Button disabled={isBusy} onClick={() => void test()}>
          Test
        </Button>
      }
      note={setting === undefined ? undefined : isSet ? sourceWords(setting) : 'Not set; the listen address is used'}
      title="Public endpoint"
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        <p className="font-mono">{session.endpoint}</p>
        {tried !== undefined && (
          <p className={`flex items-center gap-2 ${tried.isWell ? 'text-ok' : 'text-danger'}`} role="status">
            <Icon name={tried.isWell ? 'check' : 'warn'} />
            <span>{tried.text}</span>
          </p>
        )}
        <p className="text-muted">
          {protocol === 'https:' ? 'Links' : 'Without TLS. Links'} created here start with {host}
          {isHere ? ' and work only on this machine.' : '.'}
        </p>
        {!isSet && (
          <Command label="Setting" text={`tidegate serve ./data --public-endpoint https://files.example.com`} />
        )}
      </div>
    </Section>
  );
}

function Everything({ items }: { readonly items: readonly ShownSetting[] }) {
  const [find, setFind] = useState('');
  const [isWhole, setWhole] = useState(false);
  const wanted = find.trim().toLowerCase();
  const shown = items.filter(
    ({ name, text, environment, source }) =>
      (isWhole || wanted !== '' || source !== 'default') &&
      `${name} ${text} ${environment}`.toLowerCase().includes(wanted),
  );
  return (
    <Section
      actions={
        <label className="flex items-center gap-2">
          <input
            checked={isWhole}
            className="check"
            onChange={({ target }) => setWhole(target.checked)}
            type="checkbox"
          />
          Show defaults
        </label>
      }
      note="Read at startup from flags, environment variables and tidegate.toml"
      title="Every setting"
    >
      <label className="flex h-10 items-center gap-2 border-b border-line px-4">
        <Icon name="search" />
        <input
          aria-label="Find a setting"
          className="min-w-0 flex-1 bg-transparent"
          onChange={({ target }) => setFind(target.value)}
          placeholder="Name or word"
          spellCheck={false}
          value={find}
        />
        <span className="text-muted" role="status">
          {formatCount(shown.length)} of {formatCount(items.length)}
        </span>
      </label>
      <ul>
        {shown.map((setting) => (
          <li className="grid gap-x-4 border-b border-line px-4 py-2 last:border-0 sm:grid-cols-2" key={setting.name}>
            <div className="min-w-0">
              <p className="font-mono text-xs leading-5 font-semibold">{nameWords(setting)}</p>
              <p className="text-xs leading-5 text-muted">{setting.text}</p>
            </div>
            <div className="min-w-0">
              <p className="font-mono text-xs leading-5">{valueWords(setting)}</p>
              <p className="text-xs leading-5 text-muted">{sourceWords(setting)}</p>
            </div>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p className="px-4 py-3 text-muted">
          {wanted === '' ? 'All settings have their defaults.' : 'No settings match.'}
        </p>
      )}
    </Section>
  );
}

/** As the file writes it; what no file may hold, as the environment does. */
function nameWords({ name, environment }: ShownSetting): string {
  return /[A-Z]/.test(name) ? environment : name;
}

function valueWords({ secret, shown, default: usual }: ShownSetting): string {
  if (secret) return 'not shown';
  return shown === null || shown === '' ? usual || 'none' : shown;
}
