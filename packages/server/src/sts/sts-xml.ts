import { escapeXml } from '@tidegate/protocol';
import type { StsError } from './sts-error.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The content of an element: text, or child elements in order. Undefined members are omitted. */
export type StsTree = { readonly [name: string]: string | StsTree | undefined };

/** STS-3: the answer to an action. */
export function writeStsAnswer(action: string, result: StsTree, requestId: string): string {
  return root(`${action}Response`, { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } });
}

/** STS-4: a refusal. */
export function writeStsError({ status, code, message }: StsError, requestId: string): string {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  return root('ErrorResponse', { Error: { Type: type, Code: code, Message: message }, RequestId: requestId });
}

function root(name: string, tree: StsTree): string {
  return `<${name} xmlns="${namespace}">${elements(tree)}</${name}>\n`;
}

function elements(tree: StsTree): string {
  let text = '';
  for (const [name, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    text += `<${name}>${typeof value === 'string' ? escapeXml(value, 'reference') : elements(value)}</${name}>`;
  }
  return text;
}
