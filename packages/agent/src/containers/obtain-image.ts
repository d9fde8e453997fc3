import { type StepContext, StepFailure, type StepOf } from '../steps/step.ts';
import { findImage, tellEngine } from './engine.ts';
import { imageReference } from './image-reference.rules.ts';
import { registryLogin } from './registry-login.ts';

/** A local image: the name to make a container from, and its id, which no later pull changes. */
export type Image = { reference: string; id: string };

/** Sees to it that the image of a step is on the device. */
export async function obtainImage(step: StepOf<'docker'>, context: StepContext): Promise<Image> {
  const { image, archive } = step.with;
  if (image !== null) return pullImage({ ...step.with, image }, context);
  if (archive !== null) return loadArchive(archive, context);
  throw new StepFailure('invalid_value', 'The step names neither an image nor an archive.');
}

async function pullImage(
  { image, tag, registry, run_options }: StepOf<'docker'>['with'] & { image: string },
  context: StepContext,
): Promise<Image> {
  const credentials = registry === null ? null : await context.registry(registry);
  const named = imageReference(image, tag, credentials?.url ?? null);
  if ('fault' in named) throw new StepFailure('invalid_value', `${named.fault}.`);
  const { reference } = named;
  const local = run_options.pull === undefined ? null : await findImage(reference, context);
  if (local !== null && run_options.pull !== 'always') return { reference, id: local };
  if (run_options.pull === 'never') throw new StepFailure('no_image', `There is no image ${reference} on this device.`);
  const platform = [run_options.platform ?? []].flat().map((name) => `--platform=${name}`);
  const variables = credentials === null ? {} : registryLogin(credentials, context);
  const words = ['pull', ...platform, reference];
  await tellEngine({ words, isShown: true, variables }, context).catch((error: unknown) => {
    throw error instanceof StepFailure && refusal.test(error.message)
      ? new StepFailure('registry_refused', error.message, error.exitCode)
      : error;
  });
  return { reference, id: await idOf(reference, context) };
}

async function loadArchive(archive: string, context: StepContext): Promise<Image> {
  const { file } = await context.fetchArtifact(archive);
  const said = await tellEngine({ words: ['load', '--input', file], isShown: true }, context);
  const names = [...said.matchAll(/^Loaded image(?: ID)?: (\S+)\s*$/gm)].map(([, name = '']) => name);
  const images: Image[] = [];
  for (const reference of names) images.push({ reference, id: await idOf(reference, context) });
  const [first, ...others] = images;
  if (!first) throw new StepFailure('invalid_archive', `The archive ${archive} holds no image.`);
  if (others.some(({ id }) => id !== first.id)) {
    const list = names.join(', ');
    throw new StepFailure(
      'invalid_archive',
      `The archive ${archive} holds several images, and must hold one: ${list}.`,
    );
  }
  return first;
}

async function idOf(reference: string, context: StepContext): Promise<string> {
  const id = await findImage(reference, context);
  if (id === null) throw new StepFailure('no_image', `The image ${reference} is gone again.`);
  return id;
}

/** As registries word that they do not know who asks, or do not let them. */
const refusal = /unauthorized|authentication required|no basic auth|access denied/i;
