import { Readable } from 'node:stream';
import type { Deps } from '../../platform/deps.ts';
import { defineRoute, everybody, type Route } from '../../platform/http/route.ts';
import { writeInstallScript } from './install-script.ts';

/** The way in for a machine that has no agent yet. */
export function installScriptRoutes(deps: Deps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/install.sh',
      tag: 'Agent program',
      summary: 'The shell script that installs, upgrades and removes the agent: curl … | sh -s -- -p TOKEN',
      access: everybody,
      streams: 'text/x-shellscript; charset=utf-8',
      handle: async ({ setHeader }) => {
        setHeader('cache-control', 'no-cache');
        return Readable.from([await writeInstallScript(deps)]);
      },
    }),
  ];
}
