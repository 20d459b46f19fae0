import { say, sayFailed } from './toast.tsx';

/** Copies a text and says so. */
export function copyText(text: string, what: string): void {
  write(text).then(
    () => say(`${what} copied.`),
    () => sayFailed(new Error('The browser blocked copying. Select the text and copy it yourself.')),
  );
}

/** Copies; over plain HTTP there is no clipboard for scripts but the old command. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr-only';
  document.body.append(area);
  area.select();
  const isDone = document.execCommand('copy');
  area.remove();
  if (!isDone) throw new Error('not copied');
}
