# Needs Go (the version in go.mod), git and make; nothing else.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X main.version=$(VERSION)
LINT    := go tool -modfile=tools/go.mod

# Where `make install` puts things: below DESTDIR, which packagers set, and PREFIX.
PREFIX  := /usr/local
PROGRAM := bin/chorcheck

.PHONY: build man install test check lint bench soak demo clean

build:
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/chorcheck ./cmd/chorcheck-graph

# The manual pages, into dist/man1.
man: build
	rm -rf dist/man1
	'$(PROGRAM)' man dist/man1

# The program, its manual pages, and what shells complete.
install: man
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1' '$(DESTDIR)$(PREFIX)/share/bash-completion/completions' \
		'$(DESTDIR)$(PREFIX)/share/zsh/site-functions' '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d'
	install -m 755 '$(PROGRAM)' '$(DESTDIR)$(PREFIX)/bin/chorcheck'
	@graph='$(dir $(PROGRAM))chorcheck-graph'; if [ -x "$$graph" ]; then \
		install -m 755 "$$graph" '$(DESTDIR)$(PREFIX)/bin/chorcheck-graph'; \
	else echo "$$graph is not built: graphs are left to Graphviz"; fi
	install -m 644 dist/man1/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1'
	'$(PROGRAM)' completion bash > '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/chorcheck'
	'$(PROGRAM)' completion zsh > '$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_chorcheck'
	'$(PROGRAM)' completion fish > '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/chorcheck.fish'

# All tests. The packages with goroutines run a second time under the race detector
# if there is a C compiler, which it needs.
test: build
	go test ./...
	@if command -v gcc >/dev/null || command -v clang >/dev/null; then \
		echo 'go test -race -short ./explore/... ./verify/...'; \
		go test -race -short ./explore/... ./verify/...; \
	else echo 'no C compiler: the race detector is left out'; fi

# What has to pass before a change lands.
check: lint test

lint:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted"; exit 1; fi
	go vet ./...
	$(LINT) staticcheck ./...
	$(LINT) unparam ./...
	@dead=$$($(LINT) deadcode -test ./...) || exit 1; if [ -n "$$dead" ]; then echo "$$dead"; exit 1; fi

# Writes docs/benchmarks.md; SPIN and gcc are used if they are installed.
bench:
	go run ./internal/bench -o docs/benchmarks.md

# Each fuzz target for a minute, then the random tests with many more cases.
soak: build
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' $$dir --no-messages | sed 's/func //' | sort -u); do \
			echo "$$dir $$target"; go test $$dir -run '^$$' -fuzz "^$$target$$" -fuzztime 60s || exit 1; \
		done; \
	done
	@for dir in $$(grep -rl --include='*_test.go' 'pgregory.net/rapid' . | xargs -n1 dirname | sort -u); do \
		go test $$dir -count=1 -timeout 60m -rapid.checks=10000 -rapid.seed=$$(date +%s) || exit 1; \
	done

# A first look: verify a protocol with a defect. Exit code 1 is what it should give.
demo: build
	@echo '$$ bin/chorcheck verify specs/order-payment.chor'
	@bin/chorcheck verify specs/order-payment.chor; code=$$?; \
	echo; echo "exit code $$code: something is violated (0: everything holds)"; test $$code -eq 1

clean:
	rm -rf bin dist
