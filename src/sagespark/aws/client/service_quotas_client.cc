#include "sagespark/aws/client/service_quotas_client.h"

#include "sagespark/aws/client/json_client.h"

namespace sagespark::aws {
namespace {

constexpr int kPageSize = 100;  // The most that a page may have.

Result<ServiceQuota> QuotaOf(const json::Value& quota) {
  ServiceQuota read;
  SAGESPARK_ASSIGN_OR_RETURN(read.code, quota.GetString("QuotaCode"));
  SAGESPARK_ASSIGN_OR_RETURN(read.name, quota.GetString("QuotaName"));
  const json::Value* value = quota.Find("Value");
  if (value == nullptr || !value->is_number()) return CorruptData("Quota has no Value: " + read.name);
  read.value = value->number();
  return read;
}

class Client final : public ServiceQuotasClient {
 public:
  explicit Client(std::shared_ptr<const ClientContext> context)
      : client_(std::move(context), Service::kServiceQuotas, "ServiceQuotasV20190624") {}

  Status ListServiceQuotas(const std::string& service, const std::function<bool(const ServiceQuota&)>& visit,
                           const CallOptions& options) override {
    return List("ListServiceQuotas", service, visit, options);
  }

  Status ListAWSDefaultServiceQuotas(const std::string& service, const std::function<bool(const ServiceQuota&)>& visit,
                                     const CallOptions& options) override {
    return List("ListAWSDefaultServiceQuotas", service, visit, options);
  }

 private:
  Status List(const std::string& operation, const std::string& service, const std::function<bool(const ServiceQuota&)>& visit,
              const CallOptions& options) {
    json::Object request{{"ServiceCode", service}, {"MaxResults", kPageSize}};
    while (true) {
      SAGESPARK_ASSIGN_OR_RETURN(const json::Value page, client_.Call(operation, request, options));
      const json::Value* quotas = page.Find("Quotas");
      if (quotas == nullptr || quotas->if_array() == nullptr) return CorruptData(operation + " failed: the reply has no Quotas");
      for (const json::Value& quota : *quotas->if_array()) {
        SAGESPARK_ASSIGN_OR_RETURN(const ServiceQuota read, QuotaOf(quota));
        if (!visit(read)) return Status::Ok();
      }
      const auto token = page.GetString("NextToken");
      if (!token.ok() || token->empty()) return Status::Ok();
      request["NextToken"] = *token;
    }
  }

  JsonClient client_;
};

}  // namespace

std::shared_ptr<ServiceQuotasClient> MakeServiceQuotasClient(std::shared_ptr<const ClientContext> context) {
  return std::make_shared<Client>(std::move(context));
}

}  // namespace sagespark::aws
