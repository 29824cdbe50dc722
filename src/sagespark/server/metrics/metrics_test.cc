#include <thread>

#include "sagespark/server/metrics/audience.h"
#include "sagespark/server/metrics/endpoint_metrics.h"
#include "sagespark/server/metrics/process_metrics.h"
#include "sagespark/server/metrics/request_metrics.h"
#include "sagespark/testing/matchers.h"

namespace sagespark::server {
namespace {

using std::chrono::microseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(OpenMetricsWriterTest, WritesFamiliesAndEndsThePage) {
  OpenMetricsWriter writer;
  writer.Family("jobs", MetricType::kGauge, "Jobs.");
  writer.Sample({{"name", "a \"b\"\n\\"}}, 2);
  writer.Family("read_bytes", MetricType::kCounter, "Bytes.");
  writer.Sample({}, 0.5);
  writer.Family("build", MetricType::kInfo, "Build.");
  writer.Sample({{"version", "1"}, {"kind", "x"}}, 1);
  EXPECT_EQ(writer.Take(),
            "# TYPE jobs gauge\n# HELP jobs Jobs.\njobs{name=\"a \\\"b\\\"\\n\\\\\"} 2\n"
            "# TYPE read_bytes counter\n# UNIT read_bytes bytes\n# HELP read_bytes Bytes.\nread_bytes_total 0.5\n"
            "# TYPE build info\n# HELP build Build.\nbuild_info{version=\"1\",kind=\"x\"} 1\n# EOF\n");
}

TEST(OpenMetricsWriterTest, AHistogramCountsEachDurationInAllBucketsAboveIt) {
  LatencyHistogram histogram;
  histogram.Observe(microseconds(100));        // A bound is within its bucket.
  histogram.Observe(microseconds(101));
  histogram.Observe(std::chrono::minutes(2));  // Beyond all bounds.
  OpenMetricsWriter writer;
  writer.Family("latency_seconds", MetricType::kHistogram, "Latency.");
  writer.Histogram({{"a", "b"}}, histogram);
  const std::string page = writer.Take();
  EXPECT_THAT(page, AllOf(HasSubstr("latency_seconds_bucket{a=\"b\",le=\"0.0001\"} 1\n"), HasSubstr("le=\"0.00025\"} 2\n"),
                          HasSubstr("le=\"1.0\"} 2\n"), HasSubstr("le=\"60.0\"} 2\n"), HasSubstr("le=\"+Inf\"} 3\n")));
  EXPECT_THAT(page, AllOf(HasSubstr("latency_seconds_count{a=\"b\"} 3\n"), HasSubstr("latency_seconds_sum{a=\"b\"} 120.000201\n")));
}

std::string PageOf(const RequestMetrics& metrics) {
  OpenMetricsWriter writer;
  metrics.Write(writer);
  return writer.Take();
}

TEST(RequestMetricsTest, CountsByOperationAndOthersTogether) {
  const std::map<std::string, std::vector<std::string>> offered = {{"s3", {"GetObject", "PutObject"}}};
  RequestMetrics metrics(offered);
  const auto answer = [&](const AnsweredRequest& request) {
    metrics.Begin();
    metrics.End(request);
  };
  answer({.service = "s3", .operation = "GetObject", .status = 200, .received_bytes = 1, .sent_bytes = 100});
  answer({.service = "s3", .operation = "GetObject", .status = 404, .sent_bytes = 10});
  answer({.service = "s3", .operation = "InventedByAClient", .status = 501});
  answer({.service = "", .operation = "", .status = 429});
  metrics.Begin();
  const std::string page = PageOf(metrics);
  EXPECT_THAT(page, AllOf(HasSubstr("sagespark_requests_total{service=\"s3\",operation=\"GetObject\"} 2\n"),
                          HasSubstr("sagespark_request_4xx_errors_total{service=\"s3\",operation=\"GetObject\"} 1\n"),
                          HasSubstr("sagespark_request_received_bytes_total{service=\"s3\",operation=\"GetObject\"} 1\n"),
                          HasSubstr("sagespark_request_sent_bytes_total{service=\"s3\",operation=\"GetObject\"} 110\n"),
                          HasSubstr("sagespark_requests_in_flight 1\n")));
  EXPECT_THAT(page, AllOf(HasSubstr("sagespark_requests_total{service=\"other\",operation=\"other\"} 2\n"),
                          HasSubstr("sagespark_request_5xx_errors_total{service=\"other\",operation=\"other\"} 1\n"),
                          HasSubstr("sagespark_request_throttles_total{service=\"other\",operation=\"other\"} 1\n")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("InventedByAClient")), Not(HasSubstr("PutObject"))));
}

TEST(RequestMetricsTest, LosesNoneOfManyThreads) {
  const std::map<std::string, std::vector<std::string>> offered = {{"s3", {"GetObject"}}};
  RequestMetrics metrics(offered);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        metrics.Begin();
        metrics.End({.service = "s3", .operation = "GetObject", .status = 200, .duration = microseconds(10)});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(PageOf(metrics), AllOf(HasSubstr("sagespark_requests_total{service=\"s3\",operation=\"GetObject\"} 4000\n"),
                                     HasSubstr("operation=\"GetObject\",le=\"0.0001\"} 4000\n"), HasSubstr("in_flight 0\n")));
}

TEST(EndpointMetricsTest, CountsAsCloudWatchDoes) {
  EndpointMetrics metrics;
  const auto variant = metrics.Of("e", "v");
  EXPECT_EQ(metrics.Of("e", "v"), variant);
  for (const int status : {200, 200, 400, 503, 0}) variant->NoteInvocation(status, 2, microseconds(300));
  OpenMetricsWriter writer;
  metrics.Write(writer);
  const std::string page = writer.Take();
  const std::string labels = "{endpoint=\"e\",variant=\"v\"} ";
  EXPECT_THAT(page, AllOf(HasSubstr("endpoint_invocations_total" + labels + "5\n"), HasSubstr("endpoint_invocation_4xx_errors_total" + labels + "1\n"),
                          HasSubstr("endpoint_invocation_5xx_errors_total" + labels + "1\n"),
                          HasSubstr("endpoint_invocation_model_errors_total" + labels + "3\n"),
                          HasSubstr("endpoint_invocations_per_instance_total" + labels + "2.5\n"),
                          HasSubstr("model_latency_seconds_count" + labels + "5\n"), HasSubstr("overhead_latency_seconds_count" + labels + "0\n")));
  metrics.Forget("e");
  OpenMetricsWriter empty;
  metrics.Write(empty);
  EXPECT_THAT(empty.Take(), Not(HasSubstr("endpoint=\"e\"")));
}

TEST(MetricsAudienceTest, LoopbackIsThisMachine) {
  for (const char* address : {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(IsInAudience(MetricsAudience::kLoopback, address)) << address;
  }
  for (const char* address : {"10.0.0.1", "192.168.1.127", "fe80::1", "::ffff:10.0.0.1", ""}) {
    EXPECT_FALSE(IsInAudience(MetricsAudience::kLoopback, address)) << address;
    EXPECT_TRUE(IsInAudience(MetricsAudience::kAnybody, address)) << address;
    EXPECT_FALSE(IsInAudience(MetricsAudience::kNobody, address)) << address;
  }
}

double ValueOf(const std::string& page, const std::string& name) {
  const size_t start = page.find("\n" + name + " ");
  return start == std::string::npos ? -1 : std::stod(page.substr(start + name.size() + 2));
}

TEST(ProcessMetricsTest, TellsOfThisProcess) {
  OpenMetricsWriter writer;
  WriteProcessMetrics(writer);
  const std::string page = writer.Take();
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_GT(ValueOf(page, "process_resident_memory_bytes"), 1e6);
  EXPECT_GE(ValueOf(page, "process_virtual_memory_bytes"), ValueOf(page, "process_resident_memory_bytes"));
  EXPECT_GE(ValueOf(page, "process_open_fds"), 3);
  EXPECT_GE(ValueOf(page, "process_max_fds"), ValueOf(page, "process_open_fds"));
  EXPECT_GE(ValueOf(page, "process_cpu_seconds_total"), 0);
  EXPECT_GT(ValueOf(page, "process_start_time_seconds"), now - 24 * 3600);
  EXPECT_LT(ValueOf(page, "process_start_time_seconds"), now + 5);
}

}  // namespace
}  // namespace sagespark::server
