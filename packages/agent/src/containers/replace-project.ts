import { existsSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { makeFolder, readIfThere, removeDurably, writeDurably } from '../system/durable-file.ts';
import { hasCode } from '../system/files.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import { demandCompose } from './compose-command.ts';
import type { ComposeOrder } from './compose-order.ts';
import { type Container, findImage, listContainers, nothingIfGone, tellEngine } from './engine.ts';
import { waitUntilUp } from './wait-until-up.ts';

/**
 * Puts the files of a compose project in place and brings it up. What was there before is kept as files and image ids.
 * Safe to repeat after a kill anywhere: a project that was left half brought up is taken down first.
 */
export async function replaceProject(
  order: ComposeOrder,
  healthyWithinS: number | null,
  context: StepContext,
): Promise<void> {
  const file = stateFile(context.keepFolder);
  const state = file.read() ?? (await beginProject(file, order, context));
  if (state.phase === 'swapping') await takeDown(state.project, context);
  file.write({ ...state, phase: 'placed' });
  makeFolder(path.dirname(order.file));
  writeDurably(order.file, order.text);
  if (order.env) writeDurably(order.env.file, order.env.text);
  await compose(state, ['config', '--quiet'], order.variables, context);
  context.signal.throwIfAborted();
  file.write({ ...state, phase: 'swapping' });
  await compose(state, ['up', '--detach', '--remove-orphans'], order.variables, context);
  await waitUntilUp(() => servicesOf(state.project, context), { healthyWithinS, mayEnd: true }, context);
  file.write({ ...state, phase: 'done' });
}

/** Has the project run as it did before, or takes it down where there was none. Safe to repeat. */
export async function putBackProject(context: StepContext): Promise<void> {
  const file = stateFile(context.keepFolder);
  const state = file.read();
  if (!state || state.phase === 'prepared' || state.phase === 'put_back') return;
  const isTouched = state.phase !== 'placed';
  if (state.phase === 'done') file.write({ ...state, phase: 'swapping' });
  if (isTouched) await takeDown(state.project, context);
  putBackFile(state.file, state.previous.text);
  if (state.envFile !== null) putBackFile(state.envFile, state.previous.env);
  if (state.previous.text === null) removeIfEmpty(path.dirname(state.file));
  if (isTouched && state.previous.wasUp) {
    await putBackImages(state.previous.images, context);
    await compose(state, ['up', '--detach', '--remove-orphans'], {}, context);
    const wait = { healthyWithinS: null, mayEnd: true };
    await waitUntilUp(() => servicesOf(state.project, context), wait, context);
  }
  file.write({ ...state, phase: 'put_back' });
}

/** At the end of an update: a project that was left half brought up, and that nothing undid, is put back. */
export async function settleProject(context: StepContext): Promise<void> {
  const phase = stateFile(context.keepFolder).read()?.phase;
  if (phase === 'placed' || phase === 'swapping') await putBackProject(context);
}

const stateSchema = z.object({
  project: z.string(),
  file: z.string(),
  envFile: z.string().nullable(),
  /** `placed` where the files may be new, `swapping` where containers may be, `done` where they have proved themselves. */
  phase: z.enum(['prepared', 'placed', 'swapping', 'done', 'put_back']),
  previous: z.object({
    text: z.string().nullable(),
    env: z.string().nullable(),
    wasUp: z.boolean(),
    /** A name may stand for another image meanwhile. */
    images: z.array(z.object({ reference: z.string(), image: z.string() })),
  }),
});
type State = z.infer<typeof stateSchema>;

function stateFile(keepFolder: string): JsonFile<State> {
  return jsonFile(path.join(keepFolder, 'project.json'), stateSchema);
}

async function beginProject(file: JsonFile<State>, order: ComposeOrder, context: StepContext): Promise<State> {
  const { project, env } = order;
  const containers = await containersOf(project, context);
  const text = readIfThere(order.file);
  if (text === null && containers.length > 0) {
    const from = containers[0]?.labels['com.docker.compose.project.config_files'] ?? 'another file';
    const what = `The project ${project} is there already, from ${from}`;
    throw new StepFailure('not_restorable', `${what}: give the step that path, or remove the project first.`);
  }
  const images = containers.map(({ reference, image }) => ({ reference, image }));
  const wasUp = containers.some(({ isRunning }) => isRunning);
  const previous = { text, env: env && readIfThere(env.file), wasUp, images };
  const state: State = { project, file: order.file, envFile: env?.file ?? null, phase: 'prepared', previous };
  file.write(state);
  return state;
}

async function compose(
  { project, file }: State,
  words: string[],
  variables: Record<string, string>,
  context: StepContext,
): Promise<void> {
  const { program, words: first } = demandCompose(context.environment);
  const where = ['--project-name', project, '--project-directory', path.dirname(file), '--file', file];
  const deed = `compose ${words[0]}`;
  await tellEngine({ program, words: [...first, ...where, ...words], deed, isShown: true, variables }, context);
}

/** By its labels, not by its file: that may be the old or the new one, and names of a killed compose are none of either. */
async function takeDown(project: string, context: StepContext): Promise<void> {
  const ids = (await containersOf(project, context)).map(({ id }) => id);
  if (ids.length > 0) await tellEngine({ words: ['stop', ...ids] }, context).catch(nothingIfGone);
  for (const id of ids) await tellEngine({ words: ['rm', '--force', id] }, context).catch(nothingIfGone);
  const words = ['network', 'ls', '--quiet', '--filter', label(project)];
  const networks = (await tellEngine({ words }, context)).split('\n').filter((id) => id !== '');
  for (const id of networks) await tellEngine({ words: ['network', 'rm', id] }, context).catch(nothingIfGone);
}

function containersOf(project: string, context: StepContext): Promise<Container[]> {
  return listContainers(label(project), context);
}

/** Without those that somebody started for a single command. */
async function servicesOf(project: string, context: StepContext): Promise<Container[]> {
  const containers = await containersOf(project, context);
  return containers.filter(({ labels }) => labels['com.docker.compose.oneoff']?.toLowerCase() !== 'true');
}

function label(project: string): string {
  return `label=com.docker.compose.project=${project}`;
}

function putBackFile(file: string, text: string | null): void {
  if (text !== null) {
    makeFolder(path.dirname(file));
    writeDurably(file, text);
  } else if (existsSync(path.dirname(file))) removeDurably(file);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

async function putBackImages(images: State['previous']['images'], context: StepContext): Promise<void> {
  for (const { reference, image } of images) {
    if (reference === image || reference.includes('@') || (await findImage(reference, context)) === image) continue;
    await tellEngine({ words: ['tag', image, reference] }, context).catch(nothingIfGone);
  }
}
