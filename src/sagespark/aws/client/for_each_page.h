#pragma once

#include "sagespark/base/result.h"

namespace sagespark::aws {

/// Calls `list(request)`, which gives a page or an error, and `visit(page)` until there is no further page or one of them fails.
template <typename Request, typename List, typename Visit>
Status ForEachPage(Request request, const List& list, const Visit& visit) {
  for (;;) {
    const auto page = list(request);
    if (!page.ok()) return page.error();
    SAGESPARK_RETURN_IF_ERROR(visit(*page));
    if (!page->next_token || page->next_token->empty()) return Status::Ok();
    request.next_token = page->next_token;
  }
}

}  // namespace sagespark::aws
