import type { User, UserWithLink } from '@tideway/protocol';
import type { Api } from '../api.ts';

/** A link that signs the owner in once and leads to `page` of the dashboard; the link before is void. */
export async function signInLink(api: Api, url: string, page: string): Promise<string> {
  const { items } = await api.get<{ items: User[] }>('/api/v2/users');
  const owner = items.find(({ role }) => role === 'owner');
  const path = `/api/v2/users/${owner?.id}/sign-in-link`;
  const { sign_in_token } = await api.send<UserWithLink>('POST', path, {});
  return `${url}/sign-in?back=${encodeURIComponent(page)}#${sign_in_token}`;
}
