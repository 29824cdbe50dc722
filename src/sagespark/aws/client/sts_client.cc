#include "sagespark/aws/client/sts_client.h"

#include "sagespark/aws/client/query_client.h"

namespace sagespark::aws {
namespace {

class Client final : public StsClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context) : client_(std::move(context), Service::kSts, "2011-06-15") {}

  Result<CallerIdentity> GetCallerIdentity(const CallOptions& options) override {
    SAGESPARK_ASSIGN_OR_RETURN(const xml::Element result, client_.Call("GetCallerIdentity", {}, options));
    return CallerIdentity{std::string(result.TextOf("Account")), std::string(result.TextOf("Arn")), std::string(result.TextOf("UserId"))};
  }

 private:
  QueryClient client_;
};

}  // namespace

std::shared_ptr<StsClient> MakeStsClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
