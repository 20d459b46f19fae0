import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { askApi } from '../../s3/admin-api.ts';
import { endpointFor } from '../../s3/connection.ts';
import { readDocumentText, sendOnce } from '../../s3/http-client.ts';
import { httpOptions } from '../../s3/http-options.ts';
import { printable } from '../../terminal/style.ts';
import { healthNames } from '../../upkeep/doctor-server.ts';

/** `health`: whether a server is ready, for containers. Needs no key. */
export async function run(call: Call): Promise<number> {
  const { flags, output, world } = call;
  const endpoint = (flags.text('url') ?? endpointFor(flags, world)).replace(/\/+$/, '');
  const path = flags.has('live') ? '/_/health/live' : '/_/health/ready';
  const answer = await sendOnce({ method: 'GET', url: `${endpoint}${path}`, headers: {} }, httpOptions(call));
  const text = (await readDocumentText(answer)).trim();
  const isHealthy = answer.status === 200 && text === 'ok';
  if (output.isJson)
    output.json({ endpoint, healthy: isHealthy, status: answer.status, ms: Math.round(answer.tookMs) });
  if (output.isVerbose && !output.isJson) await tellChecks(call, endpoint);
  if (!isHealthy) {
    throw new CliError({
      exit: exitCodes.unreachable,
      what: `${endpoint} is not ${flags.has('live') ? 'alive' : 'ready'}: it returned ${answer.status}.`,
      status: answer.status,
    });
  }
  if (!output.isJson) output.answer('ok');
  return exitCodes.done;
}

/** `-v`: what the server looks at, for a key that may ask. Without one, that it was not asked. */
async function tellChecks(call: Call, endpoint: string): Promise<void> {
  const { output } = call;
  const { talkPaint } = output;
  try {
    const { checks } = await askApi(call, 'readServer', {}, 'the checks', endpoint);
    for (const name of healthNames) {
      const isGood = checks[name] === 'ok';
      const mark = isGood ? talkPaint.good('✓') : talkPaint.bad('✗');
      output.talk(`${mark} ${name}${isGood ? '' : `  ${printable(checks[name])}`}`);
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    output.talk(`  Only an owner key sees the details: ${error.message}`);
  }
}
