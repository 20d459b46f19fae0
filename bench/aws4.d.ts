declare module 'aws4' {
  type Request = { host: string; path: string; service: string; region: string; signQuery?: boolean };
  export function sign(request: Request, credentials: { accessKeyId: string; secretAccessKey: string }): Request;
}
