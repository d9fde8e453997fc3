/** Put in by scripts/bundle.mjs: that of package.json, and of a program that is given out the hash of its own text. */
declare const TIDEWAY_AGENT_VERSION: string | undefined;

/** The version that this agent says of itself: another one for each build. */
export const agentVersion = typeof TIDEWAY_AGENT_VERSION === 'string' ? TIDEWAY_AGENT_VERSION : '0.0.0+source';
