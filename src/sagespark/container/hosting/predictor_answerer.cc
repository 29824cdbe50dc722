#include "sagespark/container/hosting/predictor_answerer.h"

#include <algorithm>
#include <string>

#include "sagespark/base/result.h"
#include "sagespark/container/hosting/answer.h"
#include "sagespark/container/hosting/request_rows.h"

namespace sagespark::container {
namespace {

int StatusOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kSchemaMismatch:
    case ErrorKind::kCorruptData: return 400;
    case ErrorKind::kUnimplemented: return 415;
    default: return 500;
  }
}

InvocationAnswer Failure(const Error& error) { return {.status = StatusOf(error.kind()), .body = error.message()}; }

}  // namespace

InvocationAnswer PredictorAnswerer::Answer(const InvocationRequest& request) const {
  const auto content_type = ParseMediaType(request.content_type.empty() ? kJson : request.content_type);
  const auto types = predictor_->request_types();
  if (!content_type.ok() || std::find(types.begin(), types.end(), content_type->type) == types.end()) {
    return {.status = 415,
            .body = "Content-Type cannot be read: \"" + std::string(request.content_type) + "\"; readable are " +
                    ListTypes(types)};
  }
  const auto answer_type =
      ChooseAnswerType(request.accept, request.default_accept.empty() ? kJson : request.default_accept);
  if (!answer_type) {
    return {.status = 406,
            .body = "Accept cannot be written: \"" + std::string(request.accept) + "\"; writable are " +
                    std::string(kWritableTypes)};
  }
  const auto rows = ParseRequestRows(*content_type, request.body, predictor_->feature_dim(), predictor_->row_layout());
  if (!rows.ok()) return Failure(rows.error());
  const auto columns = predictor_->Predict(ViewOf(rows->block));
  if (!columns.ok()) return Failure(columns.error());
  return {.content_type = *answer_type, .body = WriteAnswer(*answer_type, *columns, *rows, predictor_->json_list_name())};
}

}  // namespace sagespark::container
