import {
  challengeSchema,
  channelFrameSchema,
  deviceMessagesSchema,
  joinedSchema,
  joinSchema,
  registryCredentialsSchema,
  serverMessagesSchema,
  sessionGrantedSchema,
  sessionRequestSchema,
} from '@tideway/protocol';
import { z } from 'zod';
import { giveRegistry } from '../features/deployments/give-registry.ts';
import { joinDevice } from '../features/devices/join-device.ts';
import type { Deps } from '../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../platform/http/route.ts';
import { attemptFrom } from '../platform/limits/limits.ts';
import { Refusal } from '../platform/refusal.ts';
import { byDevice } from './by-device.access.ts';
import { createChallenge } from './challenge.ts';
import { exchangeMessages } from './exchange-messages.ts';
import { openSession } from './open-session.ts';
import { sendArtifact } from './send-artifact.ts';

const tag = 'Device channel';

/** The devices' door: join once, open a session by a signature, then speak, and fetch what an update needs. */
export function deviceChannelRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/device/v1/join',
      tag,
      summary: 'Join with a pairing token, a claim token, or a registered key',
      access: everybody,
      body: joinSchema,
      answer: joinedSchema,
      handle: ({ body, address }) => attemptFrom(address, deps.rates.failures, () => joinDevice(deps, body, address)),
    }),
    defineRoute({
      method: 'GET',
      path: '/device/v1/challenge',
      tag,
      summary: 'Get something to sign, for opening a session',
      access: everybody,
      answer: challengeSchema,
      handle: () => createChallenge(deps),
    }),
    defineRoute({
      method: 'POST',
      path: '/device/v1/session',
      tag,
      summary: 'Open a session by signing a challenge with the key of the device',
      access: everybody,
      body: sessionRequestSchema,
      answer: sessionGrantedSchema,
      handle: ({ body, address }) => attemptFrom(address, deps.rates.failures, () => openSession(deps, body)),
    }),
    defineRoute({
      method: 'POST',
      path: '/device/v1/messages',
      tag,
      summary: 'Say what there is to say, and hear the answers and when to come back',
      access: byDevice(deps),
      bodyForm: 'json_of_any_text',
      body: deviceMessagesSchema,
      answer: serverMessagesSchema,
      handle: ({ caller, body, address }) =>
        exchangeMessages(deps, caller, body.messages, { address, over: 'polling' }),
    }),
    defineRoute({
      method: 'GET',
      path: '/device/v1/channel',
      tag,
      summary: 'Open a WebSocket for the same messages as `POST /device/v1/messages`, and for being woken',
      access: byDevice(deps),
      answer: channelFrameSchema,
      handle: async () => {
        throw new Refusal('invalid_request', 'This address is to be opened as a WebSocket');
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/device/v1/artifacts/:sha256',
      tag,
      summary: 'Download an artifact, or a part of it, that an open update of the device needs',
      access: byDevice(deps),
      params: z.object({ sha256: z.string() }),
      streams: 'application/octet-stream',
      isDownload: true,
      handle: (call) => sendArtifact(deps, call),
    }),
    defineRoute({
      method: 'GET',
      path: '/device/v1/registries/:name',
      tag,
      summary: 'Get the address and the credentials of a registry that the update of the device needs',
      access: byDevice(deps),
      params: z.object({ name: z.string() }),
      answer: registryCredentialsSchema,
      handle: ({ caller, params, setHeader }) => {
        setHeader('cache-control', 'no-store');
        return giveRegistry(deps, caller, params.name);
      },
    }),
  ];
}
