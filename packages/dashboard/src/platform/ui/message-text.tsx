import { Fragment } from 'react';
import { Time } from './time.tsx';

const utcTime = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the server: times in it are shown as the viewer reads clocks. */
export function MessageText({ message }: { message: string }) {
  return message.split(utcTime).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have nothing else that tells them apart
    <Fragment key={index}>{index % 2 === 1 ? <Time at={part} /> : part}</Fragment>
  ));
}
