export type { Options } from './config.ts';
export { capabilities } from './steps/executors.ts';
