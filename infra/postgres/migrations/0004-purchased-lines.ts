import { Migration } from '@mikro-orm/migrations';

/** What counts as bought, for whoever asks: training and what a shopper is shown go by the same. */
export class PurchasedLines0004 extends Migration {
  override name = '0004-purchased-lines';

  override up(): void {
    this.addSql(purchasedLines);
  }
}

// Net of what was given back: a line of which every piece was is not bought. Money on its way back counts as back, as it does in the
// order's own amount.
const purchasedLines = `
create view purchased_lines as
select o.id as order_id, o.user_id, o.paid_at, item.product_id
from orders o join order_items item on item.order_id = o.id
where o.paid_at is not null and o.status in ('paid', 'on_hold', 'shipped', 'delivered', 'partially_refunded')
  and (o.refunded_amount = 0 or item.quantity > coalesce((
    select sum(back.quantity) from refunds refund join refund_items back on back.refund_id = refund.id
    where refund.order_id = o.id and back.product_id = item.product_id
      and (refund.status = 'succeeded' or refund.status = 'pending' and refund.stripe_refund_id is not null)), 0));`;
