#include "sagespark/aws/client/sts_client.h"

#include "sagespark/aws/client/service_client.h"
#include "sagespark/base/xml/xml.h"

namespace sagespark::aws {
namespace {

class Client final : public StsClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context) : service_(std::move(context), Service::kSts) {}

  Result<CallerIdentity> GetCallerIdentity(const CallOptions& options) override {
    ServiceCall call{.operation = "GetCallerIdentity", .options = options};
    call.request.method = "POST";
    SAGESPARK_ASSIGN_OR_RETURN(call.request.endpoint, EndpointOf(Service::kSts, service_.config()));
    call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    call.request.body = MakeBody("Action=GetCallerIdentity&Version=2011-06-15");
    SAGESPARK_ASSIGN_OR_RETURN(const HttpResponse response, service_.Send(std::move(call)));
    const auto root = xml::Parse(response.body);
    const xml::Element* result = root.ok() ? root->Find("GetCallerIdentityResult") : nullptr;
    if (result == nullptr) return CorruptData("GetCallerIdentity failed: the reply has no GetCallerIdentityResult");
    return CallerIdentity{std::string(result->TextOf("Account")), std::string(result->TextOf("Arn")),
                          std::string(result->TextOf("UserId"))};
  }

 private:
  ServiceClient service_;
};

}  // namespace

std::shared_ptr<StsClient> MakeStsClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
