import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { checkDisk } from '../../src/doctor/disk.js';

describe('room on the disk', () => {
  it('is told, and that there is too little', async () => {
    const enough = await checkDisk(tmpdir(), 1);
    expect(enough).to.include({ state: 'ok', code: null });
    expect(enough.detail).to.match(/^\d+\.\d GB of \d+\.\d are free/);
    expect(await checkDisk(tmpdir(), 1e18)).to.include({ state: 'failed', code: 'disk-low' });
  });
});
