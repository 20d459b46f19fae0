import { refusal } from '../errors/s3-error.ts';
import { checkHeaderValue } from '../headers/header-value.ts';
import type { CORSConfiguration, CORSRule } from '../xml/shapes/CORSConfiguration.ts';

/** The methods that a CORS rule may allow. */
export const corsMethods = ['GET', 'PUT', 'HEAD', 'POST', 'DELETE'] as const;

const maxRuleIdLength = 255;

/**
 * Judges what the schema of a CORS configuration leaves open, before it is stored (WIRE-140, SEC-419).
 * @throws S3Error InvalidRequest, with S3's text, or InvalidArgument for text that no header can carry
 */
export function checkCorsConfiguration(configuration: CORSConfiguration): void {
  for (const rule of configuration.rules) checkRule(rule);
}

function checkRule(rule: CORSRule): void {
  if (rule.id !== undefined && rule.id.length > maxRuleIdLength) {
    throw invalid(`The ID of a CORS rule must have at most ${maxRuleIdLength} characters.`);
  }
  for (const method of rule.allowedMethods) {
    if (!corsMethods.some((known) => known === method)) {
      throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
    }
  }
  for (const origin of rule.allowedOrigins) checkPattern('AllowedOrigin', origin);
  for (const header of rule.allowedHeaders) checkPattern('AllowedHeader', header);
  for (const header of rule.exposeHeaders) {
    checkHeaderValue('ExposeHeader', header);
    if (header.includes('*')) {
      throw invalid(
        `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
      );
    }
  }
}

function checkPattern(element: 'AllowedOrigin' | 'AllowedHeader', pattern: string): void {
  checkHeaderValue(element, pattern);
  if (pattern.indexOf('*') !== pattern.lastIndexOf('*')) {
    throw invalid(`${element} "${pattern}" can not have more than one wildcard.`);
  }
}

function invalid(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
