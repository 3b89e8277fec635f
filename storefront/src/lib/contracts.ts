/** The API's wire types. Other storefront modules import them from here. */
export type { Session, SessionList, User } from '../../../api/contracts/accounts.ts';
export type { AnalyticsEvent } from '../../../api/contracts/analytics.ts';
export type { Cart } from '../../../api/contracts/cart.ts';
export type { Category, Product, ProductPage, ProductSummary } from '../../../api/contracts/catalog.ts';
export type { Problem } from '../../../api/contracts/common.ts';
export type {
  Checkout,
  Order,
  OrderPage,
  OrderStreamMessage,
  OrderSummary,
  Payment,
} from '../../../api/contracts/orders.ts';
export type {
  Recommendation,
  RecommendationChoices,
  RecommendationList,
} from '../../../api/contracts/recommendations.ts';
export type { Refund, RefundList } from '../../../api/contracts/refunds.ts';
export type { Reservation, ShortLine } from '../../../api/contracts/reservations.ts';
export type { SearchPage, Suggestions } from '../../../api/contracts/search.ts';
export type { Address } from '../../../domain/address.ts';
