export type { Options } from './config.ts';
