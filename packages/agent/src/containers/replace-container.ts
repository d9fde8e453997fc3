import path from 'node:path';
import { z } from 'zod';
import { type StepContext, StepFailure } from '../steps/step.ts';
import { type JsonFile, jsonFile } from '../system/json-file.ts';
import { type ContainerOrder, passingNames, stepLabel } from './container-order.ts';
import {
  type Container,
  findContainer,
  findImage,
  listContainers,
  nothingIfGone,
  tellEngine,
  tellEngineBriefly,
} from './engine.ts';
import type { Image } from './obtain-image.ts';
import { waitUntilUp } from './wait-until-up.ts';

/**
 * Puts a new container in the place of the one that has its name. The new one is made under a passing name first; then
 * the previous one is stopped and renamed, and stays so until `settleContainer`. Safe to repeat after a kill anywhere:
 * what stands in the keep folder and what the engine knows say what is left to do.
 */
export async function replaceContainer(
  { order, image, healthyWithinS }: { order: ContainerOrder; image: Image; healthyWithinS: number | null },
  context: StepContext,
): Promise<void> {
  const file = swapFile(context.keepFolder);
  const swap = file.read() ?? (await beginSwap(file, order.name, context));
  const fresh = await makeFresh(order, image, context);
  file.write({ ...swap, phase: 'swapping' });
  if (swap.previous) await park(swap.previous.id, passingNames(order.name, context.origin).kept, context);
  if (fresh.name !== order.name) await tellEngineBriefly(['rename', fresh.id, order.name], context);
  context.signal.throwIfAborted();
  await tellEngineBriefly(['start', fresh.id], context);
  const wait = { healthyWithinS, mayEnd: healthyWithinS === null };
  await waitUntilUp(() => one(fresh.id, context), wait, context);
  file.write({ ...swap, phase: 'done' });
}

/** Removes the new container and has the previous one run again. Safe to repeat, and where nothing was replaced. */
export async function putBackContainer(context: StepContext): Promise<void> {
  const file = swapFile(context.keepFolder);
  const swap = file.read();
  if (!swap) return;
  // From here on the previous container is needed again, whatever comes in between.
  if (swap.phase === 'done') file.write({ ...swap, phase: 'swapping' });
  await removeFresh(context);
  if (swap.previous && (swap.phase === 'swapping' || swap.phase === 'done')) await unpark(swap, swap.previous, context);
  file.write({ ...swap, phase: 'put_back' });
}

/** Once nothing can be undone any more: removes the previous container, or what was left half done. Safe to repeat. */
export async function settleContainer(deletesPreviousImage: boolean, context: StepContext): Promise<void> {
  const swap = swapFile(context.keepFolder).read();
  if (swap?.phase === 'swapping') return putBackContainer(context);
  if (swap?.phase !== 'done') return removeFresh(context);
  const [current] = await listContainers(`label=${stepLabel(context.origin)}`, context);
  // Also those of updates that could not settle theirs, because the engine did not answer.
  const kept = await listContainers(`name=^/${swap.name.replaceAll('.', '\\.')}\\.kept-[0-9a-f]{8}$`, context);
  for (const { id } of kept) await remove(id, context);
  const { previous } = swap;
  if (deletesPreviousImage && previous && current && current.image !== previous.image) {
    await removeImage(previous, context);
  }
}

const swapSchema = z.object({
  name: z.string(),
  /** `swapping` where the previous container may have been touched, `done` where the new one has proved itself. */
  phase: z.enum(['prepared', 'swapping', 'done', 'put_back']),
  /** Null where there was none of that name. */
  previous: z
    .object({
      id: z.string(),
      image: z.string(),
      reference: z.string(),
      wasRunning: z.boolean(),
      restartPolicy: z.string(),
    })
    .nullable(),
});
type Swap = z.infer<typeof swapSchema>;
type Previous = NonNullable<Swap['previous']>;

function swapFile(keepFolder: string): JsonFile<Swap> {
  return jsonFile(path.join(keepFolder, 'container.json'), swapSchema);
}

/** Writes down what is there before anything is made: from then on the first look stands. */
async function beginSwap(file: JsonFile<Swap>, name: string, context: StepContext): Promise<Swap> {
  const found = await findContainer(name, context);
  if (found?.removesItself) {
    const why = 'removes itself when it is stopped (--rm), so it could not be put back; stop it first';
    throw new StepFailure('not_restorable', `The container ${name} that runs now ${why}.`);
  }
  const previous = found && {
    id: found.id,
    image: found.image,
    reference: found.reference,
    wasRunning: found.isRunning,
    restartPolicy: found.restartPolicy,
  };
  const swap: Swap = { name, phase: 'prepared', previous };
  file.write(swap);
  return swap;
}

/** The new container of this step, made or found again, not yet started where it is new. */
async function makeFresh(order: ContainerOrder, image: Image, context: StepContext): Promise<Container> {
  const own = await listContainers(`label=${stepLabel(context.origin)}`, context);
  const usable = own.find((container) => container.image === image.id);
  for (const container of own) if (container !== usable) await remove(container.id, context);
  if (usable) return usable;
  const { fresh } = passingNames(order.name, context.origin);
  const words = ['create', `--name=${fresh}`, ...order.options, image.reference, ...order.command];
  try {
    await tellEngineBriefly(words, { ...context, environment: { ...context.environment, ...order.variables } });
  } catch (error) {
    // One that an agent asked for before it was killed may have been made only now.
    if (!(await findContainer(fresh, context))) throw error;
  }
  const made = await findContainer(fresh, context);
  if (!made) throw new StepFailure('engine_failed', `The container ${fresh} is gone again.`);
  return made;
}

async function park(id: string, keptName: string, context: StepContext): Promise<void> {
  const found = await findContainer(id, context);
  if (!found) return context.output('The previous container is gone, and cannot be put back.\n');
  // A restart of the device would bring it back beside the new one.
  if (found.restartPolicy !== 'no') await tellEngineBriefly(['update', '--restart=no', id], context);
  if (found.isRunning) await tellEngine({ words: ['stop', id] }, context);
  if (found.name !== keptName) await tellEngineBriefly(['rename', id, keptName], context);
}

async function unpark({ name }: Swap, previous: Previous, context: StepContext): Promise<void> {
  const { id, wasRunning, restartPolicy } = previous;
  const found = await findContainer(id, context);
  if (!found) {
    throw new StepFailure('undo_incomplete', `The container ${name} that was there before is gone: not put back.`);
  }
  // An agent that was killed may have asked for a stop that is still on its way: started now, it would end after all.
  if (found.isRunning) await tellEngine({ words: ['stop', id] }, context);
  if (found.name !== name) await tellEngineBriefly(['rename', id, name], context);
  if (found.restartPolicy !== restartPolicy) {
    await tellEngineBriefly(['update', `--restart=${restartPolicy}`, id], context);
  }
  if (!wasRunning) return;
  await tellEngineBriefly(['start', id], context);
  const wait = { healthyWithinS: null, mayEnd: true };
  await waitUntilUp(() => one(id, context), wait, context);
}

async function one(id: string, context: StepContext): Promise<Container[]> {
  const found = await findContainer(id, context);
  return found ? [found] : [];
}

async function removeFresh(context: StepContext): Promise<void> {
  for (const { id } of await listContainers(`label=${stepLabel(context.origin)}`, context)) await remove(id, context);
}

/** With the volumes that have no name: nobody could find them again. */
async function remove(id: string, context: StepContext): Promise<void> {
  await tellEngine({ words: ['stop', id] }, context).catch(nothingIfGone);
  await tellEngine({ words: ['rm', '--force', '--volumes', id] }, context).catch(nothingIfGone);
}

/** One that others still use stays. */
async function removeImage({ image, reference }: Previous, context: StepContext): Promise<void> {
  const isNamed = (await findImage(reference, context)) === image;
  const words = ['image', 'rm', isNamed ? reference : image];
  await tellEngine({ words, isShown: true }, context).catch((error: unknown) => {
    if (nothingIfGoneOrUsed(error)) context.output('The previous image stays: it is still used.\n');
  });
}

function nothingIfGoneOrUsed(error: unknown): boolean {
  if (error instanceof StepFailure && /conflict|in use|referenced in multiple/i.test(error.message)) return true;
  return nothingIfGone(error) !== null;
}
