import path from 'node:path';
import { type DeviceReport, reportSchema } from '@tideway/protocol';
import { z } from 'zod';
import { type JsonFile, jsonFile } from '../system/json-file.ts';

type ReportName = Pick<DeviceReport, 'update_id' | 'attempt' | 'seq'>;

/** Reports on disk until the server has acknowledged them: neither a power cut nor a lost connection loses one. */
export class ReportOutbox {
  private readonly file: JsonFile<DeviceReport[]>;
  private reports: readonly DeviceReport[];
  private newest: ReportName | null = null;

  constructor(stateFolder: string) {
    this.file = jsonFile(
      path.join(stateFolder, 'outbox.json'),
      z.array(reportSchema),
      'without it the server may never hear how an update went',
    );
    this.reports = this.file.read() ?? [];
  }

  get pending(): readonly DeviceReport[] {
    return this.reports;
  }

  /**
   * Keeps the reports of an update that are new. After a start of the agent, those that were acknowledged before may
   * come again: the server knows repeats.
   */
  add(reports: readonly DeviceReport[]): void {
    const added = reports.filter((report) => this.isNewer(report) && !this.isKept(report));
    if (added.length > 0) this.save([...this.reports, ...added]);
    const last = reports.at(-1);
    if (last && this.isNewer(last)) this.newest = last;
  }

  /** Keeps a report that was acknowledged once and is asked for again. */
  addAgain(report: DeviceReport): void {
    if (!this.isKept(report)) this.save([...this.reports, report]);
  }

  forget(name: ReportName): void {
    this.save(this.reports.filter((report) => !isSame(report, name)));
  }

  forgetUpdate(updateId: string): void {
    this.save(this.reports.filter(({ update_id }) => update_id !== updateId));
  }

  private isNewer({ update_id, attempt, seq }: ReportName): boolean {
    const { newest } = this;
    return newest?.update_id !== update_id || newest.attempt !== attempt || seq > newest.seq;
  }

  private isKept(report: ReportName): boolean {
    return this.reports.some((kept) => isSame(kept, report));
  }

  private save(reports: readonly DeviceReport[]): void {
    // In this order: what could not be written must not be taken for written.
    this.file.write([...reports]);
    this.reports = reports;
  }
}

function isSame(one: ReportName, other: ReportName): boolean {
  return one.update_id === other.update_id && one.attempt === other.attempt && one.seq === other.seq;
}
