/** Calls of the server's API, as any program would make them. */
export type Api = {
  get: <Answer>(path: string) => Promise<Answer>;
  send: <Answer>(method: string, path: string, body: unknown, type?: string) => Promise<Answer>;
};

/** An API client for one server and token; an answer that is no success is thrown with what it says. */
export function createApi(url: string, token: string): Api {
  const call = async <Answer>(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  return {
    get: (path) => call('GET', path),
    send: (method, path, body, type = 'application/json') =>
      call(
        method,
        path,
        type === 'application/json' ? JSON.stringify(body) : (body as string | Uint8Array<ArrayBuffer>),
        type,
      ),
  };
}
