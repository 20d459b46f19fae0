import { useState } from 'react';
import { chooseZone, useNow, useZone } from '../../components/time.tsx';
import { formatExact } from '../../format.ts';
import { chooseDensity, useDensity } from '../../frame/density.ts';
import { chooseSingleKeys, singleKeysOn } from '../../frame/shortcuts.ts';
import { chooseTheme, readTheme, type Theme } from '../../frame/theme.ts';
import { Choices } from '../new-link/choices.tsx';
import { Section } from './section.tsx';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** How this browser shows the console. It is kept here alone. */
export function Appearance() {
  const nowMs = useNow();
  const zone = useZone();
  const density = useDensity();
  const [theme, setTheme] = useState(readTheme);
  const [isOn, setOn] = useState(singleKeysOn);
  return (
    <Section note="Stored only in this browser" title="Appearance">
      <div className="flex flex-col gap-4 p-4">
        <Choices
          entries={[
            ['system', 'System'],
            ['light', 'Light'],
            ['dark', 'Dark'],
          ]}
          label="Theme"
          onChoose={(chosen) => {
            const next = themes.find((one) => one === chosen) ?? 'system';
            chooseTheme(next);
            setTheme(next);
          }}
          value={theme}
        />
        <Choices
          entries={[
            ['comfortable', 'Comfortable'],
            ['compact', 'Compact'],
          ]}
          label="Rows"
          onChoose={(chosen) => chooseDensity(chosen === 'compact' ? 'compact' : 'comfortable')}
          value={density}
        />
        <div className="flex flex-col gap-1">
          <Choices
            entries={[
              ['local', 'Local'],
              ['utc', 'UTC'],
            ]}
            label="Times"
            onChoose={(chosen) => chooseZone(chosen === 'utc' ? 'utc' : 'local')}
            value={zone}
          />
          <p className="text-xs text-muted">Now: {formatExact(nowMs, zone)}</p>
        </div>
        <div className="flex flex-col gap-1">
          <label className="flex items-center gap-2">
            <input
              checked={isOn}
              className="check"
              onChange={({ target }) => {
                chooseSingleKeys(target.checked);
                setOn(target.checked);
              }}
              type="checkbox"
            />
            Single-key shortcuts
          </label>
          <p className="text-xs text-muted">
            <kbd className="key">?</kbd> lists them. When off, shortcuts with Ctrl or ⌘ and the arrow keys still work.
          </p>
        </div>
      </div>
    </Section>
  );
}
