import type { Call } from '../../core/command.ts';
import { exitCodes } from '../../core/errors.ts';
import { readPreferences } from '../../core/preferences.ts';
import { askApi } from '../../s3/admin-api.ts';
import { openerOf, openInBrowser } from '../../terminal/open-browser.ts';

/** `console`: the web console in the browser, signed in by a code that is good once. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const { url: known, expiresAt } = await askApi(call, 'makeSessionCode', {}, 'a console');
  const { console: reached } = readPreferences(world);
  const url = reached === undefined ? known : known.replace(/^https?:\/\/[^/]+/, reached.replace(/\/$/, ''));
  if (output.isJson) {
    output.json({ url, expiresAt });
    return exitCodes.done;
  }
  const opener = flags.has('print') || world.stdout.isTTY !== true ? undefined : openerOf(process.platform, world.env);
  if (opener === undefined || !(await openInBrowser(opener, url))) {
    output.answer(url);
    output.talk('  Open it within five minutes. It works once.');
    return exitCodes.done;
  }
  output.talk(`  Opened ${url.replace(/#.*$/, '')} in the browser.`);
  return exitCodes.done;
}
