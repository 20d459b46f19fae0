import { Agent, request } from 'node:http';

/** What a client of a link was answered. */
export type Outcome = 'served' | 'spent' | 'lost' | `status ${number}`;

/** One request on a connection of the agent's. A body counts as served when all of it arrived. */
export function useLink(url: string, agent: Agent, body?: Uint8Array): Promise<Outcome> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method: body === undefined ? 'GET' : 'PUT' }, (answer) => {
      let text = '';
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (answer.statusCode !== 200) text += chunk.toString();
      });
      answer.on('error', () => resolve('lost'));
      answer.on('end', () => {
        if (!answer.complete) resolve('lost');
        else if (answer.statusCode === 200) {
          const declared = Number(answer.headers['content-length'] ?? bytes);
          resolve(bytes === declared ? 'served' : 'lost');
        } else if (answer.statusCode === 403 && text.includes('LinkUsesSpent')) resolve('spent');
        else resolve(`status ${answer.statusCode ?? 0}`);
      });
    });
    outgoing.on('error', () => resolve('lost'));
    outgoing.end(body);
  });
}

/** `count` clients with a connection each. */
export function makeClients(count: number): readonly Agent[] {
  return Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
}
