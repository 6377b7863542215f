import { metrics } from '@opentelemetry/api';
import { expect } from 'chai';
import { startTelemetry } from '../../src/telemetry/telemetry.js';

describe('metrics of thousands of billers', function () {
  this.timeout(20_000);
  const BILLERS = 5_000;

  it('tell of each by itself, and let others have their turn meanwhile', async () => {
    const telemetry = await startTelemetry('0');
    const calls = metrics.getMeter('ic-host').createCounter('ic_host.contract.calls');
    for (let index = 0; index < BILLERS; index++) calls.add(index + 1, { 'ic.biller': `of the metrics ${index}` });

    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    const text = await telemetry.metricsText();
    isDone = true;

    const told = new Map(
      [...text.matchAll(/^ic_host_contract_calls_total\{ic_biller="of the metrics (\d+)",.*\} (\d+)$/gm)].map(
        ([, biller, n]) => [Number(biller), Number(n)],
      ),
    );
    expect(told.size).to.equal(BILLERS);
    expect(told.get(BILLERS - 1)).to.equal(BILLERS);
    expect(text).to.not.include('overflow');
    expect(text.match(/^# TYPE ic_host_contract_calls_total counter$/gm), 'said once').to.have.length(1);
    expect(text.match(/^target_info/gm)).to.have.length(1);
    const lines = text.split('\n').map((line, index) => ({ index, isOne: line.startsWith('ic_host_contract_calls') }));
    const places = lines.filter(({ isOne }) => isOne).map(({ index }) => index);
    expect((places.at(-1) ?? 0) - (places[0] ?? 0), 'one after another').to.equal(places.length - 1);
    expect(turns).to.be.at.least(BILLERS / 500);
  });
});
