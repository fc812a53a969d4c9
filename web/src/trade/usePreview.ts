/** Asks how an order would be answered, a moment after the last change. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { request } from "../api/client";
import type { OrderRequest, Preview } from "../api/types";

const DEBOUNCE_MS = 250;

export type PreviewState = { data: Preview | undefined; error: unknown; isAsking: boolean };

export function usePreview(order: OrderRequest | null): PreviewState {
  const text = order === null ? "" : JSON.stringify(order);
  const settled = useSettled(text);
  const query = useQuery({
    queryKey: ["preview", settled],
    queryFn: ({ signal }) =>
      request<Preview>("POST", "orders/preview", { body: JSON.parse(settled), signal }),
    enabled: settled !== "",
    staleTime: 2_000,
    gcTime: 10_000,
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  });
  const isCurrent = settled === text && text !== "" && !query.isPlaceholderData;
  return {
    data: isCurrent ? query.data : undefined,
    error: isCurrent && !query.data ? query.error : null,
    isAsking: text !== "" && (!isCurrent || query.isPending),
  };
}

/** A text once it has not changed for a moment; "" at once. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), text === "" ? 0 : DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
