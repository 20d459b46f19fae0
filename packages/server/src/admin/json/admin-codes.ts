/** Codes of refusals that the admin API and the console alone give: what each means. All others are S3's own, of the error catalogue. */
export const adminCodes = {
  ChallengeUsed: 'A sign-in at the console took too long, or was sent twice',
  CodeUsed: 'A link that signs in at the console was used, or its time is over',
  ConsoleOff: 'The server has no address for its console',
  IdempotencyConflict: 'The Idempotency-Key is taken by another request, or by one that still runs',
  KeyDisabled: 'The access key is disabled',
  LinkNotVerified: 'The URL is no link that this server would accept; the reason says why',
  NameTaken: 'A webhook of this name is there already',
  NoSuchLink: 'The ledger has no such link that the caller may see',
  NoSuchRequest: 'There is no such file request that the caller may see',
  NoSuchShare: 'There is no such share that the caller may see',
  NotFound: 'There is no such endpoint, or nothing of this name',
  SettingNotChangeable: 'The setting is read at the start, or set in another place',
  SignInRefused: 'The key and the secret given to the console do not belong together',
  SignedOut: 'The console asks for signing in',
  TooManyWebhooks: 'There are as many webhooks as there may be',
  UnsupportedMediaType: 'The body is not JSON',
  WebhookSetByFile: 'The webhook stands in tidegate.toml, and is changed there',
} as const;

/** One of them. */
export type AdminCode = keyof typeof adminCodes;
