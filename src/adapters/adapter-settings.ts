/** A biller's settings as an adapter asks for them, in the host's own thread and in an isolated one. */
import { AdapterError, type AdapterSettings } from '@ic-host/contracts';

export const adapterSettings = (get: AdapterSettings['get'], option: AdapterSettings['option']): AdapterSettings => ({
  get,
  require: (key) => {
    const value = get(key);
    if (value === undefined)
      throw new AdapterError('misconfigured', `the setting ${key} is missing`, { code: 'setting-missing' });
    return value;
  },
  option,
});
