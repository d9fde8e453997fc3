import {
  passwordChangeSchema,
  secondFactorOfferSchema,
  secondFactorRemovalSchema,
  secondFactorSchema,
  sessionSchema,
  signInByLinkSchema,
  signInSchema,
} from '@tideway/protocol';
import type { Deps } from '../../../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../../../platform/http/route.ts';
import { bySession } from './by-session.access.ts';
import { changePassword } from './change-password.ts';
import { offerSecondFactor, removeSecondFactor, setUpSecondFactor } from './change-second-factor.ts';
import { endAllSessions, endSession } from './end-session.ts';
import { type OpenedSession, sessionOf } from './open-session.ts';
import { cookieOf } from './session-cookie.ts';
import { signIn } from './sign-in.ts';
import { signInByLink } from './sign-in-by-link.ts';

const tag = 'Session';

type SettingHeaders = { setHeader: (name: string, value: string) => void; isSecure: boolean };

/** Signing in and out in a browser, and what is about the person who is. */
export function sessionRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v2/session',
      tag,
      summary: 'Sign in with a password; the session is a cookie that no script can read',
      access: everybody,
      body: signInSchema,
      status: 201,
      answer: sessionSchema,
      handle: async (call) => giveCookie(call, await signIn(deps, call.body, call.address)),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/session/by-link',
      tag,
      summary: 'Sign in by a link, once',
      access: everybody,
      body: signInByLinkSchema,
      status: 201,
      answer: sessionSchema,
      handle: async (call) => giveCookie(call, await signInByLink(deps, call.body.token, call.address)),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v2/session',
      tag,
      summary: 'Who is signed in',
      access: bySession(deps),
      answer: sessionSchema,
      handle: async ({ caller }) => sessionOf(caller.session),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/session',
      tag,
      summary: 'Sign out in this browser',
      access: bySession(deps),
      status: 204,
      handle: async ({ caller, ...call }) => {
        await endSession(deps, caller);
        takeCookie(call);
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v2/session/everywhere',
      tag,
      summary: 'Sign out in all browsers, this one too',
      access: bySession(deps),
      status: 204,
      handle: async ({ caller, ...call }) => {
        await endAllSessions(deps, caller);
        takeCookie(call);
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/api/v2/session/password',
      tag,
      summary: 'Set a password; all other sessions end',
      access: bySession(deps),
      body: passwordChangeSchema,
      status: 204,
      handle: ({ caller, body }) => changePassword(deps, caller, body),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/session/second-factor/offer',
      tag,
      summary: 'Get a secret for an authenticator app; it counts once it is confirmed',
      access: bySession(deps),
      answer: secondFactorOfferSchema,
      handle: async ({ caller }) => offerSecondFactor(deps, caller),
    }),
    defineRoute({
      method: 'PUT',
      path: '/api/v2/session/second-factor',
      tag,
      summary: 'Ask for a code of this authenticator at every sign-in from now on',
      access: bySession(deps),
      body: secondFactorSchema,
      status: 204,
      handle: ({ caller, body }) => setUpSecondFactor(deps, caller, body),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v2/session/second-factor/removal',
      tag,
      summary: 'Ask for no code any more',
      access: bySession(deps),
      body: secondFactorRemovalSchema,
      status: 204,
      handle: ({ caller, body }) => removeSecondFactor(deps, caller, body),
    }),
  ];
}

function giveCookie(call: SettingHeaders, { token, session }: OpenedSession): OpenedSession['session'] {
  call.setHeader('set-cookie', cookieOf(token, call));
  return session;
}

function takeCookie(call: SettingHeaders): void {
  call.setHeader('set-cookie', cookieOf(null, call));
}
