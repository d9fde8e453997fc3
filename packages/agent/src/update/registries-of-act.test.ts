import { describe, expect, it } from 'vitest';
import { ServerRefusal, ServerUnreachable } from '../channel/server-door.ts';
import { type RegistryDesk, registriesOfAct } from './registries-of-act.ts';

const edge = { url: 'https://a.example', username: 'fleet', password: 'pass' };

describe('the registries of an act', () => {
  it('are asked for once, and hidden before anybody has them', async () => {
    const { registry, asked, hidden } = registries([edge]);
    expect(await registry('edge')).toEqual(edge);
    expect(hidden).toContain('pass');
    expect(await registry('edge')).toEqual(edge);
    expect(asked).toEqual(['edge']);
  });

  it('are waited for while the server is away or overloaded', async () => {
    const away = [new ServerUnreachable('It is away.'), new ServerRefusal(503, 'unavailable', 'Busy.', 0)];
    const { registry, asked, said } = registries([...away, edge]);
    expect(await registry('edge')).toEqual(edge);
    expect([asked.length, said]).toEqual([3, ['It is away. Waiting for the registry edge.\n']]);
  });

  it('fail the act where the server does not give them', async () => {
    const { registry } = registries([new ServerRefusal(404, 'not_found', 'There is none.', null)]);
    await expect(registry('edge')).rejects.toMatchObject({
      reason: 'unknown_registry',
      message: 'The server does not give the registry edge: There is none.',
    });
  });

  it('are not waited for any longer than the act', async () => {
    const act = new AbortController();
    const { registry } = registries([new ServerRefusal(503, 'unavailable', 'Busy.', 3600)], act.signal);
    const asked = registry('edge');
    act.abort(new Error('The act is over.'));
    await expect(asked).rejects.toThrow('The act is over.');
  });
});

/** What a server answers, one after the other. */
function registries(answers: (typeof edge | Error)[], signal = new AbortController().signal) {
  const asked: string[] = [];
  const hidden: string[] = [];
  const said: string[] = [];
  const ask: RegistryDesk['ask'] = async (name) => {
    const answer = answers[asked.push(name) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer;
  };
  const registry = registriesOfAct({
    ask,
    hide: (secrets) => hidden.push(...secrets),
    output: (text) => said.push(text),
    signal,
  });
  return { registry, asked, hidden, said };
}
