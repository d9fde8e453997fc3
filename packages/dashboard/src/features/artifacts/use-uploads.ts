import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { sentenceOf } from '../../platform/api/refused.ts';
import { serverQuery } from '../projects/server.queries.ts';
import { folderOf, uploadFault } from './artifact.rules.ts';
import { sendFile } from './send-file.ts';

/** A file on its way to the server. One that failed can be sent again, also to another path. */
export type Upload = {
  id: number;
  file: File;
  path: string;
  state: 'chosen' | 'waiting' | 'sending' | 'done' | 'failed';
  sentBytes: number;
  /** Why it failed. */
  fault: string | null;
};

export type Uploads = {
  list: Upload[];
  isBusy: boolean;
  /** Takes files in, each with its name below a prefix as its path. */
  add: (files: File[], prefix: string) => void;
  setPath: (id: number, path: string) => void;
  /** Sends these one after the other. */
  send: (ids: number[]) => Promise<void>;
  /** Breaks off what is being sent, and takes what is not out of the list. */
  cancel: (id: number) => void;
  clearDone: () => void;
};

let lastId = 0;

/** The files that somebody uploads on this page. */
export function useUploads(project: string): Uploads {
  const [list, setList] = useState<Upload[]>([]);
  // What is sent is read when its turn comes: a path may have been changed, and the file taken out.
  const latest = useRef(list);
  const stops = useRef(new Map<number, AbortController>());
  const queries = useQueryClient();
  useEffect(() => {
    const running = stops.current;
    return () => {
      // What waits for its turn must not be sent behind the back of who has left.
      latest.current = [];
      for (const stop of running.values()) stop.abort();
    };
  }, []);

  function update(renew: (before: Upload[]) => Upload[]) {
    latest.current = renew(latest.current);
    setList(latest.current);
  }

  function change(id: number, changes: Partial<Upload>) {
    update((before) => before.map((upload) => (upload.id === id ? { ...upload, ...changes } : upload)));
  }

  async function sendOne(id: number) {
    // A file that is too large would be sent for nothing, by who is quicker than this answer.
    const maxBytes = await queries.ensureQueryData(serverQuery).then(
      ({ max_artifact_bytes: most }) => most,
      () => null,
    );
    const upload = latest.current.find((one) => one.id === id);
    if (upload?.state !== 'waiting') return;
    const fault = uploadFault(upload.path, upload.file.size, maxBytes);
    if (fault !== null) return change(id, { state: 'failed', fault });
    const stop = new AbortController();
    stops.current.set(id, stop);
    change(id, { state: 'sending' });
    try {
      const onProgress = (sentBytes: number) => change(id, { sentBytes });
      await sendFile(project, upload.path, upload.file, { signal: stop.signal, onProgress });
      change(id, { state: 'done' });
    } catch (error) {
      change(id, { state: 'failed', fault: sentenceOf(error), sentBytes: 0 });
    } finally {
      stops.current.delete(id);
    }
    await queries.invalidateQueries({ queryKey: [project, 'artifacts'] });
  }

  return {
    list,
    isBusy: list.some(({ state }) => state === 'waiting' || state === 'sending'),
    add: (files, prefix) => {
      const added = files.map((file): Upload => {
        lastId += 1;
        const path = folderOf(prefix) + file.name;
        return { id: lastId, file, path, state: 'chosen', sentBytes: 0, fault: null };
      });
      update((before) => [...before, ...added]);
    },
    setPath: (id, path) => change(id, { path }),
    send: async (ids) => {
      for (const id of ids) change(id, { state: 'waiting', fault: null, sentBytes: 0 });
      for (const id of ids) await sendOne(id);
    },
    cancel: (id) => {
      const stop = stops.current.get(id);
      if (stop) stop.abort();
      else update((before) => before.filter((upload) => upload.id !== id));
    },
    clearDone: () => update((before) => before.filter(({ state }) => state !== 'done')),
  };
}
