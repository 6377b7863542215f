/** Deliveries of which the small tables, that triggers keep, say something else than their own rows. */
export const ADRIFT = `
  select coalesce(u.delivery_id, d.id) as id from undelivered u
  full join (select * from deliveries where state <> 'delivered') d on d.id = u.delivery_id
  where (u.biller_id, u.state, u.created_at) is distinct from (d.biller_id, d.state, d.created_at)
  union all
  select coalesce(l.delivery_id, d.id) from leased_deliveries l
  full join (select * from deliveries where lease_until is not null) d on d.id = l.delivery_id
  where l.biller_id is distinct from d.biller_id`;
