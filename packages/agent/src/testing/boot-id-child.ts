import { bootId } from '../system/process-identity.ts';

/** Says the boot that it runs in. */
process.stdout.write(bootId());
