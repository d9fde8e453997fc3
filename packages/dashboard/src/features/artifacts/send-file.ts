import type { Artifact } from '@tideway/protocol';
import { readAnswer } from '../../platform/api/call.ts';
import { artifactAddress } from './artifact.rules.ts';

type SendOptions = { signal: AbortSignal; onProgress: (sentBytes: number) => void };

/** Uploads a file as an artifact. By XMLHttpRequest: `fetch` does not say how much of a body has been sent. */
export function sendFile(
  project: string,
  path: string,
  file: File,
  { signal, onProgress }: SendOptions,
): Promise<Artifact> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v2${artifactAddress(project, path)}`);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => {
      try {
        resolve(readAnswer<Artifact>(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    };
    let isWhole = false;
    request.upload.onload = () => {
      isWhole = true;
    };
    request.onerror = () => reject(new Error(`The connection broke off. ${whatBecame(isWhole)} Try again.`));
    request.onabort = () => reject(new Error(`Cancelled. ${whatBecame(isWhole)}`));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** A file is kept as a whole or not at all; whether the whole has arrived is not known where the answer is missing. */
function whatBecame(isWhole: boolean): string {
  return isWhole ? 'The whole file was sent, and may have been kept.' : 'Nothing of the file was kept.';
}
