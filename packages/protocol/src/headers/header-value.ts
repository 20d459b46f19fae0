import { refusal } from '../errors/s3-error.ts';
import { maxHeaderValueBytes } from '../names/limits.ts';

/** Tab, visible ASCII, space, and bytes above 0x7F (RFC 9110 section 5.5): what Node lets into a header. */
const headerText = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether the value can be sent in a header as it is, one character a byte (WIRE-100). */
export function isHeaderValue(value: string): boolean {
  return headerText.test(value);
}

/**
 * The one guard for every value that is sent back in a header later (WIRE-100, SEC-418, SEC-419): stored headers,
 * metadata, `response-*`, redirect locations, exposed headers. Refused when it comes in, so that no answer fails.
 * @throws S3Error InvalidArgument when it holds control characters, characters above U+00FF, or too many bytes
 */
export function checkHeaderValue(name: string, value: string): string {
  if (!isHeaderValue(value)) {
    const message = `The value of ${name} contains characters that a header cannot carry.`;
    throw refusal('InvalidArgument', { ArgumentName: name }, undefined, message);
  }
  if (value.length > maxHeaderValueBytes) {
    const message = `The value of ${name} is longer than ${maxHeaderValueBytes} bytes.`;
    throw refusal('InvalidArgument', { ArgumentName: name }, undefined, message);
  }
  return value;
}

/**
 * Text as the header value whose bytes are its UTF-8 (WIRE-101): for form fields, which arrive as text, while headers
 * arrive as bytes. A value sent either way is then stored and returned alike.
 */
export function headerValueOfText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}
